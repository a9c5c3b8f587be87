import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseGitModules, type Submodule } from "../../src/protocol/git-modules.ts";
import { isDeep } from "../helpers/gits.ts";

const directory = mkdtempSync(join(tmpdir(), "countersign-modules-"));
const file = join(directory, "modules");
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What git reads there, as submodules with path and url; undefined where git refuses. */
function readByGit(bytes: string | Uint8Array): Submodule[] | undefined {
  writeFileSync(file, bytes);
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  const { status, stdout } = spawnSync("git", ["config", "--file", file, "--list", "-z"], { cwd: directory, env });
  if (status !== 0) return undefined;
  const found = new Map<string, Record<string, string>>();
  for (const line of stdout.toString().split("\0")) {
    const [, name, key, value] = /^submodule\.([^\n]*)\.([^.\n]+)\n(.*)$/s.exec(line) ?? [];
    if (name !== undefined && key && value !== undefined) found.set(name, { ...found.get(name), [key]: value });
  }
  return [...found].flatMap(([name, { path, url }]) => (path && url ? [{ name, path, url }] : []));
}

function read(bytes: string | Uint8Array): Submodule[] {
  return parseGitModules(Buffer.from(bytes));
}

/** What is read, or undefined where it is refused. */
function tryRead(bytes: string | Uint8Array): Submodule[] | undefined {
  try {
    return read(bytes);
  } catch (error) {
    expect(error).toMatchObject({ code: "GITMODULES_INVALID" });
    return undefined;
  }
}

const plain = '[submodule "a"]\n\tpath = lib/a\n\turl = ../a.git\n';
const entry = (path: string) => `[submodule "a"]\npath = ${path}\nurl = u\n`;
const twoNamed = (one: string, other: string) =>
  plain.replace('"a"', `"${one}"`) + plain.replace('"a"', `"${other}"`).replace("lib/a", "lib/b");

describe("a .gitmodules that git reads", () => {
  const accepted: [string, string, Partial<Submodule>[]][] = [
    ["as git writes it", plain, [{ name: "a", path: "lib/a", url: "../a.git" }]],
    ["empty", "", []],
    ["nothing but comments", "# a\n; b\n\n", []],
    ["with a byte order mark", `\ufeff${plain}`, [{ name: "a" }]],
    ["with CRLF", plain.replaceAll("\n", "\r\n"), [{ path: "lib/a", url: "../a.git" }]],
    ["without a last line end", plain.trimEnd(), [{ url: "../a.git" }]],
    ["in capitals", '[SubModule "A"]\nPATH=x\nUrl=y\n', [{ name: "A", path: "x", url: "y" }]],
    ["in one line", '[submodule "a"] path = x\n[submodule "a"]url=y', [{ path: "x", url: "y" }]],
    ["two headers in one line", '[submodule "a"][submodule "b"]path=x\nurl=y', [{ name: "b" }]],
    ["with dots in the name", '[submodule "a.b/c.d"]\npath=x\nurl=y\n', [{ name: "a.b/c.d" }]],
    ["with escapes in the name", '[submodule "a\\"b\\\\c\\d"]\npath=x\nurl=y\n', [{ name: 'a"b\\cd' }]],
    ["named as a property of every object", '[submodule "__proto__"]\npath=x\nurl=y\n', [{ name: "__proto__" }]],
    ["with other keys", `${plain}\tbranch = main\n\tshallow\n\tupdate = merge\n\tactive = x\n`, [{ name: "a" }]],
    ["with comments behind values", entry("x ; y"), [{ path: "x" }]],
    ["with a comment behind the header", '[submodule "a"] # b\npath=x#y\nurl=y\n', [{ path: "x" }]],
    ["with quotes", entry('"x # y"'), [{ path: "x # y" }]],
    ["with quotes inside a word", entry('x" ; "y'), [{ path: "x ; y" }]],
    ["with blanks inside", entry("  x  y  "), [{ path: "x  y" }]],
    ["with quoted blanks at the end", entry('x "" '), [{ path: "x " }]],
    ["with a tab in quotes", '[submodule "a"]\npath=x\nurl="u\tv"\n', [{ url: "u\tv" }]],
    ["with escapes", entry('x\\\\\\"y'), [{ path: 'x\\"y' }]],
    ["continued on the next line", entry("x\\\n  y"), [{ path: "x  y" }]],
    ["continued with CRLF", entry("x\\\r\ny"), [{ path: "xy" }]],
    ["continued within quotes", entry('"x\\\ny"'), [{ path: "xy" }]],
    ["with no path", '[submodule "a"]\nurl=y\n', []],
    ["with no url", '[submodule "a"]\npath=x\n', []],
    [
      "with one submodule in two sections",
      '[submodule "a"]\npath=x\n[submodule "a"]\nurl=y\n',
      [{ path: "x", url: "y" }],
    ],
    [
      "with two submodules",
      `${plain}[submodule "b"]
	path = lib/b
	url = ../b
`,
      [{ name: "a" }, { name: "b" }],
    ],
    ["with names beside each other", `${entry("x")}${entry("y").replace('"a"', '"ab"')}`, [{}, {}]],
    ["with names in one directory", twoNamed("a/b", "a/c"), [{ name: "a/b" }, { name: "a/c" }]],
    ["beyond ASCII", entry("é/日本"), [{ path: "é/日本" }]],
  ];

  it.each(accepted)("%s is read as git reads it", (_, text, expected) => {
    const found = read(text);
    expect(found).toMatchObject(expected);
    expect(found).toHaveLength(expected.length);
    expect(found).toEqual(readByGit(text));
  });
});

describe("a .gitmodules that is refused", () => {
  const broken: [string, string | Uint8Array][] = [
    ["an open header", '[submodule "a"\npath=x'],
    ["a blank before the bracket", '[submodule "a" ]\npath=x'],
    ["a blank behind the bracket", '[ submodule "a"]\npath=x'],
    ["a line end in the name", '[submodule "a\nb"]\npath=x'],
    ["a name without quotes", "[submodule a]\npath=x"],
    ["a key that begins with a digit", '[submodule "a"]\n1=x'],
    ["a key with an underscore", '[submodule "a"]\na_b=x'],
    ["a key without value and with a comment", '[submodule "a"]\nshallow ; x\n'],
    ["an unknown escape", entry("x\\qy")],
    ["an open quote", entry('"x')],
    ["a closing bracket alone", "]"],
    ["merge conflict marks", `<<<<<<< a\n${plain}=======\n`],
    ["half a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb]), Buffer.from(plain)])],
    ["another format", "<html></html>"],
  ];
  it.each(broken)("%s, as git does", (_, text) => {
    expect(readByGit(text)).toBeUndefined();
    expect(tryRead(text)).toBeUndefined();
  });

  const doubtful: [string, string | Uint8Array][] = [
    ["bytes that are not UTF-8", Buffer.from(entry("x\xff"), "latin1")],
    ["a setting before any section", "path = x\n"],
    ["another section", `[core]\nfsmonitor = evil\n${plain}`],
    ["an include", `[include]\npath = /etc/passwd\n${plain}`],
    ["a section in the old spelling", "[submodule.a]\npath=x\nurl=y\n"],
    ["a section without a name", "[submodule]\npath=x\n"],
    ["a path twice", `${plain}path = other\n`],
    ["a url twice, in another section and case", `${plain}[submodule "a"]\nURL = other\n`],
    ["two submodules at one path", `${plain}${plain.replace('"a"', '"b"')}`],
    ["a path without value", '[submodule "a"]\npath\nurl=y\n'],
    ["an empty url", '[submodule "a"]\npath=x\nurl=\n'],
    ["a tab between words", '[submodule "a"]\npath=x\nurl=u\tv\n'],
    ["a lone CR", entry("x\ry")],
    ["a NUL, where git ends the text", entry("x\0y")],
    ["a backslash at the very end", '[submodule "a"]\nurl=y\npath=x\\'],
    ["a name that leaves .git/modules", plain.replace('"a"', '"../../hooks"')],
    ["a name that does so on Windows", plain.replace('"a"', '"a\\\\..\\\\..\\\\b"')],
    ["no name", plain.replace('"a"', '""')],
    ["a line end in a path", entry('"x\\ny"')],
    ["a path that leaves the repository", entry("../x")],
    ["an absolute path", entry("/x")],
    ["a path that git would take for an option", entry("-x")],
    ["a path with a slash behind", entry("x/")],
    ["more than a mebibyte", `#${"x".repeat(1024 ** 2)}`],
  ];
  it.each(doubtful)("%s, though git reads something", (_, text) => {
    expect(readByGit(text)).toBeDefined();
    expect(tryRead(text)).toBeUndefined();
  });

  it("is told with the line at fault", () => {
    expect(() => read(`${plain}\n!\n`)).toThrow(/in line 5, found something else$/);
  });

  it("is told with every problem, in words that no name can forge", () => {
    const text = `${plain}url = b\n[submodule "\u001b[31m"]\npath = lib/a\nurl = c\n[submodule "z"]\npath = ../z\nurl\n`;
    expect(() => read(text)).toThrow(
      [
        '.gitmodules: the url of "z" has no value',
        '.gitmodules: the url of "a" is there twice',
        '.gitmodules: two submodules are at "lib/a"',
        '.gitmodules: "\\u{1b}[31m" is no name',
      ].join("\n"),
    );
  });
});

describe("a .gitmodules that a clone", () => {
  const env = {
    ...{ PATH: process.env.PATH, HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
    ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "protocol.file.allow", GIT_CONFIG_VALUE_0: "always" },
    ...{ GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" },
  };
  const git = (at: string, ...args: string[]) => spawnSync("git", ["-C", at, ...args], { env, encoding: "utf8" });
  const [held, holder, clone] = ["a.git", "holder", "clone"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];

  beforeAll(() => {
    for (const repository of [held, holder]) spawnSync("git", ["init", "-q", repository], { env });
    writeFileSync(join(held, "file"), "x");
    git(held, "add", "file");
    git(held, "commit", "-qm", "a");
    const commit = git(held, "rev-parse", "HEAD").stdout.trim();
    for (const path of ["lib/a", "lib/b"])
      git(holder, "update-index", "--add", "--cacheinfo", `160000,${commit},${path}`);
  });

  /** Whether `git clone --recurse-submodules` lays out the file of every submodule that is named. */
  function isLaidOut(text: string): boolean {
    writeFileSync(join(directory, "text"), text);
    const blob = git(holder, "hash-object", "-w", "--path=x", join(directory, "text")).stdout.trim();
    git(holder, "update-index", "--add", "--cacheinfo", `100644,${blob},.gitmodules`);
    git(holder, "commit", "--allow-empty", "-qm", "b");
    rmSync(clone, { recursive: true, force: true });
    const { status } = git(directory, "clone", "-q", "--recurse-submodules", holder, clone);
    const paths = ["lib/a", "lib/b"].filter((path) => text.includes(path));
    return status === 0 && paths.every((path) => existsSync(join(clone, path, "file")));
  }

  const alone = (name: string) =>
    plain.replace('"a"', `"${name}"`) + plain.replace('"a"', '"other"').replace("lib/a", "lib/b");
  const set = (line: string) => `${alone("a")}\t${line}\n`;
  const booleans = ["False", "on", "0", ""];
  it.each([
    ...["checkout", "rebase", "merge"].map((value) => set(`update = ${value}`)),
    ...["shallow", "fetchRecurseSubmodules"].map(set),
    ...booleans.flatMap((value) => [set(`shallow = ${value}`), set(`fetchRecurseSubmodules = ${value}`)]),
    ...["fetchRecurseSubmodules = on-demand", "active", "active = x", "ignore = x", "branch = ."].map(set),
    alone("othe"),
    alone("others/other"),
  ])("lays out is read: %j", (text) => {
    expect(isLaidOut(text)).toBe(true);
    expect(tryRead(text)).toHaveLength(2);
  });

  it.each([
    ...["update", "update =", "update = none", "update = !cmd", "update = x", "update = Checkout"].map(set),
    ...["shallow = x", "shallow = on-demand", "shallow = 99999999999"].map(set),
    ...["fetchRecurseSubmodules = x", "fetchRecurseSubmodules = On-Demand"].map(set),
    ...["ignore", "branch"].map(set),
    `${alone("a")}[submodule "b"]\nshallow = x\n`,
    ...["other/modules/leaf", "other/x", "./other/x", ".", "other/"].map(alone),
  ])("does not lay out is refused: %j", (text) => {
    expect(isLaidOut(text)).toBe(false);
    expect(tryRead(text)).toBeUndefined();
  });

  it("does not lay out is told with every problem and name", () => {
    const settings = "update = none\nshallow = x\nfetchRecurseSubmodules = x\nbranch\n";
    expect(() => read(`${alone("other/a")}${settings}[submodule "other/b"]\npath = c\nurl = d\n`)).toThrow(
      [
        '.gitmodules: the branch of "other" has no value',
        '.gitmodules: the update of "other" is "none", expected checkout, rebase or merge',
        '.gitmodules: the shallow of "other" is "x", expected a boolean',
        '.gitmodules: the fetchrecursesubmodules of "other" is "x", expected a boolean or on-demand',
        '.gitmodules: "other/a" lies within "other" in .git/modules',
        '.gitmodules: "other/b" lies within "other" in .git/modules',
      ].join("\n"),
    );
  });
});

describe("anybody's bytes", () => {
  it.each([
    ["settings", '[submodule "a"]'.concat("a=b\n".repeat(200_000))],
    ["submodules", Array.from({ length: 30_000 }, (_, n) => `[submodule "${n}"]path=${n}\nurl=a\n`).join("")],
    ["quotes", `[submodule "a"]path=${'""'.repeat(400_000)}`],
    ["open quotes", `[submodule "a"]path=${'"a'.repeat(300_001)}`],
    ["a long quote", `[submodule "a"]path="${"a".repeat(1_000_000)}"`],
    ["blanks", `[submodule "a"]path=${" \t".repeat(500_000)}`],
    ["line ends", "\n".repeat(1_000_000)],
    ["headers", '[submodule "a"]'.repeat(60_000)],
  ])("take no long time: many %s", (_, text) => {
    const start = performance.now();
    tryRead(text);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  const tokens = [
    ...['[submodule "a"]', '[submodule "b c"]', "[core]", "path", "url", "branch", "=", " = ", "x", "y/z", "../u"],
    ...["\n", "\n", "\n", "\r\n", " ", "\t", "\\", '"', '\\"', "\\n", "#", ";", "]", "[", "é", "\\\n", "\r", "\0"],
  ];
  const noise = fc.array(fc.constantFrom(...tokens), { maxLength: 30 }).map((parts) => parts.join(""));
  const line = fc.tuple(fc.constantFrom("path", "url", "Path", "k"), noise).map(([key, text]) => `${key} = ${text}\n`);
  const likely = fc.array(line, { maxLength: 3 }).map((lines) => `[submodule "a"]\n${lines.join("")}`);

  it("are read as git reads them, or refused", () => {
    const numRuns = isDeep ? 1500 : 300;
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(noise, likely), (text) => {
        const found = tryRead(text);
        if (found === undefined) return;
        read += 1;
        expect(found).toEqual(readByGit(text));
      }),
      // A line end and a point in one value.
      { numRuns, examples: [['[submodule "a"]\npath = x\nurl = ../u\\n\n']] },
    );
    expect(read).toBeGreaterThan(numRuns / 15);
  });

  const name = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}|\/|^\.$|\.\.|\0/u.test(text));
  const part = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/\p{Cc}|\/|^-|^\.{1,2}$/u.test(text));
  const submodules = fc.uniqueArray(fc.record({ name, path: part, url: part }), {
    maxLength: 4,
    selector: ({ path }) => path,
    comparator: "IsStrictlyEqual",
  });

  it("that git itself wrote are never refused", () => {
    fc.assert(
      fc.property(submodules, (wanted) => {
        rmSync(file, { force: true });
        const unique = [...new Map(wanted.map((one) => [one.name, one])).values()];
        writeFileSync(file, "");
        for (const { name, path, url } of unique)
          for (const [key, value] of Object.entries({ path, url }))
            expect(spawnSync("git", ["config", "--file", file, `submodule.${name}.${key}`, value]).status).toBe(0);
        expect(parseGitModules(readFileSync(file))).toEqual(unique);
      }),
      { numRuns: isDeep ? 60 : 20 },
    );
  });
});
