import { chmodSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { countersign } from "./countersign.ts";

let repository: Repository;
let bare: Repository;
let host: GitHost;
let before: string;
let after: string;
let linked: string;

beforeAll(async () => {
  repository = createRepository();
  before = repository.commit({
    "contracts/Vault.sol": "contract Vault {}\n",
    "contracts/lib/Old.sol": "library Math {}\n",
    "contracts/run.sh": "#!/bin/sh\n",
    "old/a": "a\n",
    "README.md": "# Vault\n",
  });
  repository.git(["update-index", "--chmod=+x", "contracts/run.sh"]);
  chmodSync(join(repository.path, "contracts/run.sh"), 0o755);
  after = repository.commit({
    "contracts/Vault.sol": "contract Vault { }\n",
    "contracts/lib/Old.sol": undefined,
    "contracts/lib/New.sol": "library Math {}\n",
    "contracts/\u202egnp.sol": "",
    "old/a": undefined,
    "new/a": "a\n",
    "README.md": "# The vault\n",
  });
  const link = [`120000 ${repository.writeBlob("Vault.sol")}\tcontracts/link`];
  repository.git(["update-index", "--index-info"], { input: `${link}\n` });
  linked = repository.commit({});
  rmSync(join(repository.path, "old"), { recursive: true, force: true });
  bare = createRepository({ bare: true });
  bare.git(["fetch", "-q", repository.path, "main:main"]);
  host = await startGitHost(dirname(bare.path));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  for (const one of [repository, bare]) one[Symbol.dispose]();
});

const lines = [
  "4 files: 2 added, 1 removed, 1 changed",
  "~ Vault.sol",
  "+ lib/New.sol",
  "- lib/Old.sol",
  "+ \\u{202e}gnp.sol",
];

async function hashAt(commit: string, path = "contracts"): Promise<string> {
  const { stdout } = await countersign(["hash", `${repository.path}#${commit}:${path}`]);
  return stdout.trim();
}

async function diff(words: readonly string[], cwd = repository.path) {
  const env = { GHE_HOST: new URL(host.origin).host, GHE_PROTOCOL: "http" };
  return countersign(["hash", ...words], { cwd, env });
}

describe("what changed from one commit to another", () => {
  it("is the two hashes and a line for each file, without what a terminal would obey", async () => {
    const { exit, stdout, stderr } = await diff(["contracts", "--diff", before, after]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "- Hashing\n" });
    expect(stdout.split("\n")).toEqual([`from  ${await hashAt(before)}`, `to    ${await hashAt(after)}`, ...lines, ""]);
  });

  it("is one object for a program", async () => {
    const { stdout } = await diff(["contracts", "--json", "--diff", before, after]);
    expect(JSON.parse(stdout)).toEqual({
      before: await hashAt(before),
      after: await hashAt(after),
      added: ["lib/New.sol", "\u202egnp.sol"],
      removed: ["lib/Old.sol"],
      changed: ["Vault.sol"],
    });
  });

  const places: [string, () => string[]][] = [
    ["a directory, by its whole path", () => [join(repository.path, "contracts")]],
    ["a directory with a slash", () => ["./contracts/"]],
    ["a repository and a path", () => [`${repository.path}#:contracts`]],
    ["a bare repository", () => [`${bare.path}#:contracts`]],
    ["a repository elsewhere", () => [`${host.origin}/${basename(bare.path)}#:contracts`]],
    ["one with slashes at the end", () => [`${host.origin}/${basename(bare.path)}/#:contracts/`]],
  ];
  it.each(places)("is found by %s", async (_, place) => {
    const { exit, stdout } = await diff([...place(), "--diff", before, after]);
    expect(exit).toBe(0);
    expect(stdout.split("\n").slice(2, -1)).toEqual(lines);
  });

  it("may have its directory named after the commits", async () => {
    const { stdout } = await diff(["--diff", before, after, "contracts"]);
    expect(stdout.split("\n").slice(2, -1)).toEqual(lines);
  });

  it("is found for the root of a repository elsewhere by its address alone", async () => {
    const { stdout } = await diff([`${host.origin}/${basename(bare.path)}`, "--diff", before, after, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ changed: ["README.md", "contracts/Vault.sol"] });
  });

  it("is found in the directory that the shell is in", async () => {
    const { stdout } = await diff([".", "--diff", before, after], join(repository.path, "contracts"));
    expect(stdout.split("\n").slice(2, -1)).toEqual(lines);
  });

  it("is nothing where only a mode or nothing changed", async () => {
    const { stdout } = await diff(["--json", "--diff", after, after, "contracts"]);
    const hash = await hashAt(after);
    expect(JSON.parse(stdout)).toEqual({ before: hash, after: hash, added: [], removed: [], changed: [] });
    const plain = repository.git(["commit-tree", `${before}^{tree}`, "-m", "Before"]);
    repository.git(["read-tree", plain]);
    repository.git(["update-index", "--chmod=+x", "contracts/run.sh"]);
    const mode = repository.writeCommit(repository.git(["write-tree"]));
    const ran = await diff(["contracts", "--diff", plain, mode]);
    expect(ran.stdout).toMatch(/^from {2}(0x\w{64})\nto {4}\1\nNo file changed\n$/);
  });

  it("is all that a directory holds where it is absent at one of them", async () => {
    const hash = await hashAt(before, "old");
    const gone = await diff(["--json", "--diff", before, after, "old"]);
    expect(JSON.parse(gone.stdout)).toEqual({ before: hash, after: null, added: [], removed: ["a"], changed: [] });
    const made = await diff(["new", "--diff", before, after]);
    expect(made.stdout).toBe(`from  nothing there\nto    ${hash}\n1 file: 1 added\n+ a\n`);
  });
});

describe("what is refused", () => {
  it("is a directory that neither has", async () => {
    const { exit, stderr } = await diff(["nowhere", "--diff", before, after]);
    expect(exit).toBe(1);
    expect(stderr).toContain('TREE_ABSENT: expected a directory at "nowhere" in one of the commits');
  });

  it.each(["first", "second"])("is what the %s of them holds that has no hash", async (which) => {
    const commits = which === "first" ? [linked, before] : [before, linked];
    const { exit, stdout, stderr } = await diff(["contracts", "--diff", ...commits]);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toContain('TREE_SYMLINK: expected a regular file, found a symbolic link at "link"');
  });

  it("is a commit that is not there", async () => {
    const { exit, stderr } = await diff(["contracts", "--diff", before, "1".repeat(40)]);
    expect(exit).toBe(3);
    expect(stderr).toContain("GIT_OBJECT_ABSENT: ");
  });

  const usage: [string, () => string[], RegExp[]][] = [
    ["no commit", () => ["contracts", "--diff"], [/argument missing/]],
    ["one commit", () => ["contracts", "--diff", before], [/expected two commits, found 1$/m]],
    ["three commits", () => ["contracts", "--diff", before, after, before], [/expected two commits, found 3$/m]],
    ["no directory", () => ["--diff", before, after], [/expected a directory or REPOSITORY#:PATH beside the commits/]],
    ["branches", () => ["contracts", "--diff", "main", "v1"], [/full id .*found "main"$/m, /full id .*found "v1"$/m]],
    ["a range", () => ["contracts", "--diff", `${before}..${after}`], [/expected two commits/, /full id/]],
    ["a short id", () => ["contracts", "--diff", before.slice(0, 12), after], [/`git rev-parse` prints it/]],
    ["--manifest", () => ["contracts", "--diff", before, after, "--manifest"], [/found both/]],
    ["a third commit", () => [`.#${before}:contracts`, "--diff", before, after], [/expected DIR or REPOSITORY#:PATH/]],
    ["no work tree", () => ["/", "--diff", before, after], [/in a work tree of git, or REPOSITORY#:PATH/]],
    ["nothing at all", () => [], [/expected a directory or REPOSITORY#COMMIT\[:PATH\], found nothing/]],
    ["too much", () => ["contracts", "old"], [/Expected 1 argument but got 2/]],
  ];
  it.each(usage)("is %s, with what to do", async (_, words, told) => {
    const { exit, stdout, stderr } = await diff(words());
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    for (const expected of told) expect(stderr).toMatch(expected);
    expect(stderr).toContain("USAGE: ");
    expect(stderr).toContain("Run the command with --help for an example.");
  });
});
