import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCommit } from "../../src/protocol/git-commit.ts";
import { parseTree } from "../../src/protocol/git-tree.ts";
import { isLfsPointer } from "../../src/protocol/lfs-pointer.ts";
import { isDotGit } from "../../src/protocol/path-name.ts";
import { findPathProblems } from "../../src/protocol/path-problems.ts";
import { findTwins } from "../../src/protocol/path-twins.ts";
import { toPrintablePath } from "../../src/protocol/printable-path.ts";
import { hashManifest } from "../../src/protocol/tree-hash.ts";

// One seed unless another is asked for, so that a red run can be repeated.
fc.configureGlobal({ seed: Number(process.env.COUNTERSIGN_SEED ?? 1) });

const sha256 = createHash("sha256").update("x").digest("hex");

function toFiles(paths: readonly string[]) {
  return paths.map((path) => ({ path: Buffer.from(path), sha256 }));
}

describe("hashManifest", () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 3 });
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));

  it("agrees with a second implementation on every set of paths that it accepts", () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12 }), (paths) => {
        const accepted = paths.filter((one) => findPathProblems([Buffer.from(one)]).length === 0);
        fc.pre(accepted.length > 0 && findPathProblems(accepted.map((one) => Buffer.from(one))).length === 0);
        const lines = accepted.map((one) => Buffer.from(one)).sort(Buffer.compare);
        const text = Buffer.concat(
          lines.map((line) => Buffer.concat([Buffer.from(`${sha256}  `), line, Buffer.from("\n")])),
        );
        const expected = createHash("sha256").update(text).digest("hex");
        expect(hashManifest(toFiles(accepted))).toMatchObject({ hash: `0x${expected}`, text: text.toString() });
      }),
    );
  });

  it("gives different texts for different sets of paths", () => {
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.uniqueArray(path), (one, two) => {
        const texts = [one, two].map((paths) => {
          try {
            return hashManifest(toFiles(paths)).text;
          } catch {
            return undefined;
          }
        });
        fc.pre(texts[0] !== undefined && [...one].sort().join("\n") !== [...two].sort().join("\n"));
        expect(texts[0]).not.toBe(texts[1]);
      }),
    );
  });

  it.each([
    [["a", "a"], "TREE_MALFORMED"],
    [["a", "a/b"], "TREE_MALFORMED"],
    [["a/b", "a"], "TREE_MALFORMED"],
    [["a//b"], "TREE_MALFORMED"],
    [["../a"], "TREE_MALFORMED"],
    [["/a"], "TREE_MALFORMED"],
    [[], "TREE_EMPTY"],
  ])("refuses the list %j", (paths, code) => {
    expect(() => hashManifest(toFiles(paths))).toThrow(expect.objectContaining({ code }));
  });

  it("puts a name before those that it begins, whatever the order given", () => {
    const texts = [
      ["ab", "a", "a0"],
      ["a0", "ab", "a"],
    ].map((paths) => hashManifest(toFiles(paths)).text);
    expect(texts).toEqual(Array(2).fill(["a", "a0", "ab"].map((path) => `${sha256}  ${path}\n`).join("")));
  });

  it("tells what was known before together with what the paths show", () => {
    const known = { code: "TREE_SYMLINK", message: "a link" } as const;
    expect(() => hashManifest(toFiles(["-"]), [known])).toThrow(
      expect.objectContaining({ problems: [known, expect.objectContaining({ code: "TREE_NAME_DASH" })] }),
    );
  });
});

describe("names", () => {
  it.each([".git", ".GIT", ".git.", ".git ... ", ".git:x", "git~1", "GIT~1.", ".g\u200dit", "\u206a.Git\ufeff"])(
    "takes %j for .git",
    (part) => expect(isDotGit(part)).toBe(true),
  );
  it.each([".gitignore", ".git_", "git", "git~10", "git~2", ".gıt", ".git\u00a0", "..git"])("lets %j pass", (part) =>
    expect(isDotGit(part)).toBe(false),
  );

  it("shows what could deceive the eye as its code point or byte", () => {
    expect(toPrintablePath("a\u202eb\u0007\u2028é")).toBe("a\\u{202e}b\\u{7}\\u{2028}é");
    expect(toPrintablePath(Buffer.from([0x61, 0xff]))).toBe("a\\xff");
  });
});

describe("LFS pointers", () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 1\n`;

  // As git-lfs 3.3 answers: `git lfs pointer --check --stdin`, and what its filter puts in the file's place.
  it.each([
    ["today's", pointer, true],
    ["hawser's", pointer.replace("git-lfs", "hawser"), true],
    ["git-media's", pointer.replace("https://git-lfs.github.com/spec/v1", "http://git-media.io/v/2"), true],
    ["with CRLF", pointer.replaceAll("\n", "\r\n"), true],
    ["with blanks before it", `\n \t\u0085\u00a0\u2028\u3000${pointer}`, true],
    ["with empty lines", pointer.replaceAll("\n", "\n\n"), true],
    ["with an extension before it", `ext-0-foo sha256:00\n${pointer}`, true],
    ["padded to 1,024 bytes, and more behind them", `${pointer.padEnd(1024)}contract Vault {}`, true],
    ["behind a byte order mark", `\ufeff${pointer}`, false],
    ["with a longer gap", pointer.replace("version ", "version  "), false],
    ["that begins with its oid", pointer.split("\n").reverse().join("\n"), false],
    ["of another host", "version https://example.org/spec/v1\n", false],
    ["that is only spoken of", `// ${pointer}`, false],
    ["after 1,024 bytes", " ".repeat(1024) + pointer, false],
    ["empty", "", false],
  ])("tells one %s", (_, text, expected) => expect(isLfsPointer(Buffer.from(text))).toBe(expected));

  it("decides in linear time, whatever comes first", () => {
    const hostile = [" ".repeat(1023), "ext-0-a\n".repeat(128), "ext-0-".padEnd(1023, "a"), "\n ".repeat(511)];
    const start = performance.now();
    for (const text of hostile) expect(isLfsPointer(Buffer.from(text))).toBe(false);
    expect(performance.now() - start).toBeLessThan(100);
  });
});

describe("the longest name", () => {
  it.each([
    ["a".repeat(255), []],
    ["a".repeat(256), ["TREE_PATH_TOO_LONG"]],
    ["\u00e9".repeat(127), []],
    ["\u00e9".repeat(128), ["TREE_PATH_TOO_LONG"]],
    [`${"a".repeat(200)}/${"b".repeat(200)}`, []],
    [`a/${"b".repeat(256)}/c`, ["TREE_PATH_TOO_LONG"]],
  ])("is counted in bytes, part by part: %s", (path, codes) => {
    expect(findPathProblems([Buffer.from(path)]).map(({ code }) => code)).toEqual(codes);
  });
});

describe("twins", () => {
  const characters = fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 });

  it("are all that a disk could take for one: changed in letter case, composed or decomposed", () => {
    fc.assert(
      fc.property(characters, (name) => {
        const spellings = [
          name.toLowerCase(),
          name.toUpperCase(),
          name.normalize("NFC"),
          name.normalize("NFD"),
          `${name}\u200d`,
        ];
        for (const spelling of spellings.filter((one) => one !== name))
          expect(findTwins([`x${name}`, `x${spelling}`])).toMatchObject([{ code: "TREE_NAME_TWINS" }]);
      }),
    );
  });
});

describe("raw objects", () => {
  const oid = Buffer.alloc(20, 7);

  it("reads a tree with its raw names", () => {
    const bytes = Buffer.concat([Buffer.from("100644 a\xff\0", "latin1"), oid, Buffer.from("40000 b\0"), oid]);
    expect(parseTree(bytes)).toEqual([
      { mode: "100644", kind: "file", name: Buffer.from("a\xff", "latin1"), oid: "07".repeat(20) },
      { mode: "40000", kind: "directory", name: Buffer.from("b"), oid: "07".repeat(20) },
    ]);
    expect(parseTree(new Uint8Array())).toEqual([]);
  });

  it.each([
    ["cut off in the id", Buffer.concat([Buffer.from("100644 a\0"), oid.subarray(1)])],
    ["without NUL", Buffer.from("100644 abc")],
    ["without mode", Buffer.concat([Buffer.from(" a\0"), oid])],
    ["with a mode of letters", Buffer.concat([Buffer.from("1006x4 a\0"), oid])],
    ["with bytes after the last entry", Buffer.concat([Buffer.from("100644 a\0"), oid, Buffer.from("1")])],
  ])("refuses a tree %s", (_, bytes) => {
    expect(() => parseTree(bytes)).toThrow(expect.objectContaining({ code: "TREE_MALFORMED" }));
  });

  it("never fails otherwise, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        for (const parse of [parseTree, parseCommit])
          try {
            parse(bytes);
          } catch (error) {
            expect(error).toMatchObject({ code: "TREE_MALFORMED" });
          }
      }),
    );
  });

  it("reads a commit's own header, not what its message pretends", () => {
    const [tree, one, two] = ["a", "b", "c"].map((digit) => digit.repeat(40));
    const lines = `tree ${tree}\nparent ${one}\nauthor A <a> 1 +0000\ncommitter C <parent ${two}> 23 +0100\n\nparent ${two}\n`;
    expect(parseCommit(Buffer.from(lines))).toEqual({ tree, parents: [one], time: 23 });
    for (const start of [
      `tree ${tree}\nparent ${one}`,
      `tree ${tree}\ntree ${tree}\nauthor A`,
      `parent ${one}\nauthor A`,
    ])
      expect(() => parseCommit(Buffer.from(start))).toThrow(expect.objectContaining({ code: "TREE_MALFORMED" }));
  });

  it("reads a commit whose lines fill all that may be held", () => {
    const tree = `tree ${"a".repeat(40)}\n`;
    const names = `author A <a> 1 +0000\ncommitter ${"C> 1".repeat(4_000_000)} <c> 23 +0100\n\n`;
    expect(parseCommit(Buffer.from(tree + names)).time).toBe(23);
    const parents = `parent ${"b".repeat(40)}\n`.repeat(349_000);
    expect(parseCommit(Buffer.from(`${tree}${parents}author A`)).parents).toHaveLength(349_000);
    const lines = Buffer.from(`${tree}${"committer \n".repeat(1_500_000)}`);
    expect(() => parseCommit(lines)).toThrow(expect.objectContaining({ code: "TREE_MALFORMED" }));
  });
});
