import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CountersignError, type ErrorCode } from "../../src/errors.ts";
import type { TreeLimits } from "../../src/protocol/tree-listing.ts";
import { countersign } from "../cli/countersign.ts";
import { checkOut, hashByCoreutils } from "../helpers/coreutils.ts";
import { overwriteLoose, writeLyingPack } from "../helpers/loose-lies.ts";
import { measure } from "../helpers/measured.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { treeBombs } from "../helpers/tree-bombs.ts";
import { treeRoads, treeRoadsOfDepth } from "../helpers/tree-roads.ts";
import { commitTree, file, folder, link, readTreeVectors, type VectorEntry } from "../helpers/tree-vector.ts";

// Rows T of the threat model, each by its number, on every road. Of T17, what GitHub's API cuts off, and T20, the cache,
// have their tests beside those.

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository[Symbol.dispose]());

describe.each(treeRoadsOfDepth)("the tree hash by $name", (road) => {
  function hashAt(commit: string, path: string, limits?: Partial<TreeLimits>) {
    return road.hash(repository, limits === undefined ? { commit, path } : { commit, path, limits });
  }
  function hashTree(...entries: readonly VectorEntry[]) {
    return hashAt(commitTree(repository, entries), "dir");
  }
  async function expectRefusal(answer: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<void> {
    const error = await answer.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CountersignError);
    expect((error as CountersignError).problems.map(({ code }) => code).sort()).toEqual([...codes].sort());
  }

  it("T1 refuses a name that holds a line break and a forged line, whose text would be that of two files", async () => {
    const { manifest } = await hashTree(file("a"), file("b"));
    const [first = "", second = ""] = manifest.split("\n");
    await expectRefusal(hashTree(file(`${first.slice(66)}\n${second}`)), "TREE_NAME_CONTROL");
  });

  it("T2 refuses a line break and what it is escaped to, so that neither is taken for the other", async () => {
    await expectRefusal(hashTree(file("a\nb")), "TREE_NAME_CONTROL");
    await expectRefusal(hashTree(file("a\\nb")), "TREE_NAME_BACKSLASH");
    await expectRefusal(hashTree(file("a\nb"), file("a\\nb")), "TREE_NAME_CONTROL", "TREE_NAME_BACKSLASH");
  });

  it("T3 refuses names that are not UTF-8 and would be folded to one, and takes the character that they fold to", async () => {
    for (const nameHex of ["fe", "ff", "61ff62", "c0af"])
      await expectRefusal(hashTree({ mode: "100644", nameHex, content: "x" }), "TREE_NAME_NOT_UTF8");
    expect((await hashTree(file("\ufffd"))).files).toMatchObject([{ path: "\ufffd" }]);
  });

  it.each([
    ["composed and decomposed", "\u00e9", "e\u0301"],
    ["upper and lower case", "A", "a"],
    ["Kelvin and K", "\u212a", "k"],
  ])("T4 refuses twins and keeps each apart: %s", async (_, one, two) => {
    await expectRefusal(hashTree(...sort([file(one), file(two)])), "TREE_NAME_TWINS");
    expect((await hashTree(file(one))).hash).not.toBe((await hashTree(file(two))).hash);
  });

  it("T5 sorts by the raw bytes of the whole path: not by level, locale or UTF-16", async () => {
    const names = ["B", "a-b", "a.b", "a/b", "a0", "\uff5e", "😀"];
    const { files } = await hashTree(...names.map((name) => (name === "a/b" ? folder("a", file("b")) : file(name))));
    expect(files.map(({ path }) => path)).toEqual(names);
  });

  it("T6 refuses a link, also where its text is what a file beside it holds, and never follows one", async () => {
    await expectRefusal(hashTree(file("a", "b"), link("l", "a"), link("m", "b")), "TREE_SYMLINK", "TREE_SYMLINK");
    const commit = commitTree(repository, [folder("a", file("b")), link("l", "a")]);
    await expectRefusal(hashAt(commit, "dir/l"), "TREE_NOT_A_DIRECTORY");
    await expectRefusal(hashAt(commit, "dir/l/b"), "TREE_ABSENT");
  });

  it("T7 refuses a submodule instead of leaving it out", async () => {
    const submodule = { mode: "160000", name: "lib", oid: "1".repeat(40) };
    await expectRefusal(hashTree(file("a"), submodule), "TREE_SUBMODULE");
  });

  it("T8 hashes what export-ignore hides and export-subst changes in an archive", async () => {
    const attributes = "secret export-ignore\nversion export-subst\n";
    const commit = repository.commit({
      "dir/.gitattributes": attributes,
      "dir/secret": "s",
      "dir/version": "$Format:%H$",
    });
    const archive = repository.git(["archive", "--format=tar", commit]);
    expect(archive).toContain(commit);
    expect(archive).not.toContain("dir/secret");
    const { hash, files } = await hashAt(commit, "dir");
    expect(files.map(({ path }) => path)).toEqual([".gitattributes", "secret", "version"]);
    expect(hash).toBe(hashCheckout(commit));
  });

  it.each([
    ["line ends", "text eol=crlf", "a\n"],
    ["ident", "ident", "$Id$\n"],
    ["encoding", "working-tree-encoding=UTF-16", "a\n"],
    ["a filter", "filter=shout", "a\n"],
  ])("T9 hashes what git stores, though a checkout shows other bytes: %s", async (_, attributes, content) => {
    repository.git(["config", "filter.shout.smudge", "tr a-z A-Z"]);
    repository.git(["config", "core.attributesFile", "dir/.gitattributes"]);
    const commit = repository.commit({ "dir/.gitattributes": `a ${attributes}\n`, "dir/a": content });
    rmSync(join(repository.path, "dir/a"));
    repository.git(["checkout-index", "--all", "--force"]);
    expect(readFileSync(join(repository.path, "dir/a")).equals(Buffer.from(content))).toBe(false);
    expect((await hashAt(commit, "dir")).hash).toBe(hashCheckout(commit));
  });

  it("T9 refuses a pointer of Git LFS, whether or not an attribute names it", async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 1\n`;
    await expectRefusal(hashTree(file("a", pointer)), "TREE_LFS_POINTER");
    await expectRefusal(hashTree(file(".gitattributes", "a filter=lfs\n"), file("a", pointer)), "TREE_LFS_POINTER");
  });

  it.each<[string, ErrorCode, VectorEntry[]]>([
    ["two entries of one name", "TREE_MALFORMED", [file("a", "1"), file("a", "2")]],
    ["a file and a folder of one name", "TREE_MALFORMED", [file("a"), folder("a", file("b"))]],
    ["the same, apart", "TREE_MALFORMED", [file("a"), file("a-"), folder("a", file("b"))]],
    ["entries out of order", "TREE_MALFORMED", [file("b"), file("a")]],
    ["a folder sorted as if it were a file", "TREE_MALFORMED", [folder("a", file("x")), file("a.b")]],
  ])("T10 refuses %s", async (_, code, entries) => expectRefusal(hashTree(...entries), code));

  it.each<[string, ErrorCode]>([
    ["a/b", "TREE_MALFORMED"],
    ["/", "TREE_MALFORMED"],
    ["", "TREE_MALFORMED"],
    [".", "TREE_MALFORMED"],
    ["..", "TREE_MALFORMED"],
    [".git", "TREE_NAME_GIT"],
    [".GiT", "TREE_NAME_GIT"],
    ["git~1", "TREE_NAME_GIT"],
    [".git. .", "TREE_NAME_GIT"],
    [".git::$INDEX_ALLOCATION", "TREE_NAME_GIT"],
    [".g\u200cit", "TREE_NAME_GIT"],
  ])("T11 refuses the name %j, of a file and of a folder", async (name, code) => {
    await expectRefusal(hashTree(file(name)), code);
    await expectRefusal(hashTree(folder(name, file("config"))), code);
  });

  it.each(["blob", "tree", "commit"] as const)(
    "T12 refuses a loose %s whose bytes do not match its id",
    async (type) => {
      const commit = repository.commit({ "dir/a": "right" });
      const place = { blob: `${commit}:dir/a`, tree: `${commit}:dir`, commit }[type];
      const oid = repository.git(["rev-parse", place]);
      const other = {
        blob: "wrong",
        tree: "",
        commit: repository.git(["cat-file", "-p", commit]).replace("Ada", "Eve"),
      };
      overwriteLoose(repository, oid, `${type} ${other[type].length}\0${other[type]}`);
      await expectRefusal(hashAt(commit, "dir"), "TREE_OBJECT_MISMATCH");
    },
  );

  it("T12 refuses a packed object whose bytes do not match its id, which git itself prints", async () => {
    const oid = repository.writeBlob("right");
    rmSync(join(repository.path, ".git/objects", oid.slice(0, 2)), { recursive: true });
    const commit = commitTree(repository, [{ mode: "100644", name: "a", oid }]);
    writeLyingPack(repository, oid, { zlib: deflateSync("wrong"), size: 5 });
    expect(repository.git(["cat-file", "-p", oid])).toBe("wrong");
    await expectRefusal(hashAt(commit, "dir"), "TREE_OBJECT_MISMATCH");
  });

  it("T13 ignores replaced objects and grafts, which git itself follows", async () => {
    const first = repository.commit({ "dir/a": "right" });
    const { hash } = await hashAt(first, "dir");
    const second = repository.commit({ "dir/a": "wrong" });
    const [blob, tree] = ["dir/a", "dir"].map((path) => repository.git(["rev-parse", `${first}:${path}`]));
    repository.git(["replace", first, second]);
    repository.git(["replace", `${tree}`, repository.git(["rev-parse", `${second}:dir`])]);
    repository.git(["replace", `${blob}`, repository.writeBlob("wrong")]);
    writeFileSync(join(repository.path, ".git/info/grafts"), `${first} ${second}\n`);
    expect(repository.git(["cat-file", "-p", `${first}:dir/a`])).toBe("wrong");
    expect((await hashAt(first, "dir")).hash).toBe(hash);
  });

  it("T14 takes only full object ids of commits: not a branch named like one, nor anything short", async () => {
    const right = repository.commit({ "dir/a": "right" });
    const { hash } = await hashAt(right, "dir");
    const wrong = repository.commit({ "dir/a": "wrong" });
    const name = "1".repeat(40);
    for (const ref of [`refs/heads/${right}`, `refs/tags/${right}`, `refs/heads/${name}`])
      repository.git(["update-ref", ref, wrong]);
    repository.git(["tag", "-a", "-m", "v1", "v1", right]);
    expect((await hashAt(right, "dir")).hash).toBe(hash);
    await expectRefusal(hashAt(name, "dir"), "GIT_OBJECT_ABSENT");
    const others = ["v1", `${right}^{tree}`, `${right}:dir/a`].map((one) => repository.git(["rev-parse", one]));
    for (const commit of ["main", "HEAD", "v1", right.slice(0, 12), right.toUpperCase(), `${right}^0`, "", ...others])
      await expectRefusal(hashAt(commit, "dir"), "GIT_NOT_A_COMMIT");
  });

  it.each<[string, string, ErrorCode]>([
    ["absent", "dir/none", "TREE_ABSENT"],
    ["a file", "dir/file", "TREE_NOT_A_DIRECTORY"],
    ["below a file", "dir/file/x", "TREE_ABSENT"],
    ["a link", "dir/link", "TREE_NOT_A_DIRECTORY"],
    ["a submodule", "dir/module", "TREE_NOT_A_DIRECTORY"],
    ["empty", "dir/empty", "TREE_EMPTY"],
    ["a folder of empty folders", "dir/nested", "TREE_EMPTY"],
  ])("T15 refuses a directory that is %s, instead of hashing nothing", async (_, path, code) => {
    const empty = folder("empty");
    const submodule = { mode: "160000", name: "module", oid: "1".repeat(40) };
    const entries = [empty, file("file"), link("link", "nested"), submodule, folder("nested", empty)];
    await expectRefusal(hashAt(commitTree(repository, entries), path), code);
  });

  it("T16 takes the directory literally: no neighbour, and all that is tracked in it", async () => {
    const inside = [".countersignignore", ".dockerignore", ".gitignore", ".hidden", "node_modules/x.log"];
    const own = Object.fromEntries(inside.map((path) => [`contracts/${path}`, "*\n"]));
    const neighbours = { "contracts2/a": "2", "Contracts/a": "C", "contracts.sol": "s", contract: "c" };
    const commit = repository.commit({ ...own, ...neighbours });
    const { files } = await hashAt(commit, "contracts");
    expect(files.map(({ path }) => path)).toEqual(inside);
    for (const path of ["contract", "contracts.sol"]) await expectRefusal(hashAt(commit, path), "TREE_NOT_A_DIRECTORY");
    await expectRefusal(hashAt(commit, "CONTRACTS"), "TREE_ABSENT");
  });

  it("T17 hashes a directory of 100,001 entries and 8 MB of listing whole, or refuses it", async () => {
    const many = { ...file(`${"n".repeat(50)}#`), repeat: { count: 100_001, digits: 6 } };
    const commit = commitTree(repository, [many]);
    const { files } = await hashAt(commit, "dir", { files: 200_000 });
    expect(files).toHaveLength(100_001);
    await expectRefusal(hashAt(commit, "dir"), "TREE_TOO_MANY_FILES");
  });

  it.each(treeBombs)("T18 ends at $name within ten seconds and 512 MB, and says why", ({ write, codes }) => {
    const commit = write(repository);
    const { stdout, seconds, peakBytes } = measure("tree-hash-process.ts", road.name, repository.path, commit);
    const { code, message } = JSON.parse(stdout);
    expect(codes).toContain(code);
    expect(message).toMatch(/^[ -~\n]+$/);
    expect(seconds).toBeLessThan(10);
    expect(peakBytes).toBeLessThan(512 * 1024 ** 2);
  });

  it("T19 hashes an executable file like another, and refuses modes that git does not write", async () => {
    const plain = await hashTree(file("a"), folder("b", file("c")));
    const executable = await hashTree({ ...file("a"), mode: "100755" }, folder("b", { ...file("c"), mode: "100755" }));
    expect(executable.hash).toBe(plain.hash);
    for (const mode of ["0100644", "100664", "100600", "100777", "000000", "140000", "160755", "170000"])
      await expectRefusal(hashTree({ ...file("a"), mode }), "TREE_MALFORMED");
    for (const mode of ["040000", "0040000", "40755"])
      await expectRefusal(hashTree({ ...folder("a", file("b")), mode }), "TREE_MALFORMED");
  });

  it("T21 keeps lookalikes apart, hashes what misleads the eye, and shows it when it is refused", async () => {
    const [latin, cyrillic] = ["Vault.sol", "V\u0430ult.sol"].map((name) => file(name, "x"));
    const misleading = file("Check\u202elos.", "if (isOwner\u2066) { // \u202e }\n");
    const { files } = await hashTree(misleading, latin as VectorEntry, cyrillic as VectorEntry);
    expect(files.map(({ path }) => path)).toEqual(["Check\u202elos.", "Vault.sol", "V\u0430ult.sol"]);
    await expect(hashTree(link("a\u202eb", "x"))).rejects.toMatchObject({
      problems: [{ code: "TREE_SYMLINK", subject: "a\\u{202e}b" }],
    });
  });
});

describe("T22 all roads and doors answer byte for byte alike", () => {
  const names = ["ordinary", "order-traps", "arguments", "non-ascii", "line-ends", "export", "refused-several"];
  const vectors = readTreeVectors().filter(({ name }) => names.includes(name));

  it.each(vectors)("T22 $name", async (vector) => {
    const commit = commitTree(repository, vector.entries);
    const answers = await Promise.all(
      treeRoads.map((road) => road.hash(repository, { commit, path: "dir" }).catch(({ problems }) => ({ problems }))),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const printed = await countersign(["hash", `${repository.path}#${commit}:dir`, "--manifest"]);
    const [answer] = answers;
    if (answer === undefined || "problems" in answer) {
      expect(printed.exit).toBe(1);
      for (const { code } of vector.problems ?? []) expect(printed.stderr).toContain(code);
    } else {
      expect(printed.stdout).toBe(answer.manifest);
      expect(printed.stderr.split("\n")).toContain(answer.hash);
      expect(answer.hash).toBe(hashCheckout(commit));
    }
  });
});

/** What coreutils say of the same directory, as git stores it. */
function hashCheckout(commit: string): string {
  const directory = mkdtempSync(join(tmpdir(), "countersign-threats-"));
  checkOut(repository, `${commit}:dir`, directory);
  const hash = `0x${hashByCoreutils(directory)}`;
  rmSync(directory, { recursive: true });
  return hash;
}

function sort(entries: readonly VectorEntry[]): VectorEntry[] {
  return entries.toSorted(({ name: one = "" }, { name: two = "" }) =>
    Buffer.compare(Buffer.from(one), Buffer.from(two)),
  );
}
