import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkOut } from "../helpers/coreutils.ts";
import { createRepository } from "../helpers/repository.ts";
import { treeRoads } from "../helpers/tree-roads.ts";
import { commitTree, readTreeVectors } from "../helpers/tree-vector.ts";
import { blocksOf } from "./pages.ts";

const page = "docs/guides/verify-by-hand.md";
const [steps = "", linux = "", macos = "", ...others] = blocksOf(page, "sh");
const [program = "", ...programs] = blocksOf(page, "python");
const mean = ["arguments", "binary", "empty-files", "ignored", "longest-name", "names", "non-ascii", "order-traps"];
const vectors = readTreeVectors().filter(({ name }) => mean.includes(name));
const shells = ["sh", "bash", ...(isThere("zsh") ? ["zsh"] : [])];
const lines = [
  ...shells.map((shell) => ({ name: `the line for Linux, in ${shell}`, run: toRun(shell, linux) })),
  ...shells.map((shell) => ({ name: `the line for macOS, in ${shell}`, run: toRun(shell, macos) })),
  { name: "Python", run: runProgram },
];

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "countersign-docs-"));
  using repository = createRepository();
  for (const { name, entries } of vectors)
    checkOut(repository, `${commitTree(repository, entries)}:dir`, join(scratch, name));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("docs/guides/verify-by-hand.md", () => {
  it("holds the steps, a line for Linux, one for macOS, and ten lines of Python", () => {
    expect(linux).toContain("-printf '%P\\0'");
    expect(macos).not.toContain("-printf");
    expect([others, programs]).toEqual([[], []]);
    expect(program.split("\n")).toHaveLength(10);
  });

  describe.each(lines)("$name", ({ run }) => {
    it.each(vectors)("prints the tree hash of $name", ({ name, hash }) => {
      expect(run(join(scratch, name))).toBe(hash);
    });

    it("leaves out what is named .git, and links", () => {
      const directory = join(scratch, "binary");
      const expected = run(directory);
      for (const git of ["below", ".git", "below/.git"]) mkdirSync(join(directory, git));
      writeFileSync(join(directory, ".git/config"), "");
      symlinkSync("noeol", join(directory, "link"));
      expect(run(directory)).toBe(expected);
      for (const added of [".git", "below", "link"]) rmSync(join(directory, added), { recursive: true });
    });
  });

  it("leads by its steps to what git stores, whatever the repository's attributes and filters say", async () => {
    using repository = createRepository();
    const commit = repository.commit({
      ".gitattributes": "* text eol=crlf ident filter=lfs\n*.16 working-tree-encoding=UTF-16 export-ignore\n",
      "contracts/vault/a": "$Id$\none\n",
      "contracts/vault/b.16": "two\n",
    });
    // A branch of that name cannot take its place.
    repository.git(["update-ref", `refs/heads/${commit}`, repository.commit({ "contracts/vault/a": "another" })]);
    const script = steps
      .replace(/https:\S+/, repository.path)
      .replace(/[0-9a-f]{40}/, commit)
      .replace(/git init vault && cd vault/, "git init $1 && cd $1");
    const directory = join(scratch, "vault");
    const home = { HOME: scratch, PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1" };
    writeFileSync(join(scratch, ".gitconfig"), '[core]\nautocrlf = true\n[filter "lfs"]\nsmudge = tr a-z A-Z\n');
    execFileSync("sh", ["-ec", script, "sh", directory], { env: home, stdio: "ignore" });
    const [road] = treeRoads;
    const signed = await road?.hash(repository, { commit, path: "contracts/vault" });
    for (const { run } of lines) expect(run(join(directory, "contracts/vault"))).toBe(signed?.hash);
  });
});

function toRun(shell: string, line: string): (directory: string) => string {
  const script = line.replace("cd DIR", 'cd "$1"');
  return (directory) => `0x${execFileSync(shell, ["-c", script, shell, directory]).toString().slice(0, 64)}`;
}

function runProgram(directory: string): string {
  return execFileSync("python3", ["-c", program, directory]).toString().trim();
}

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "true"]);
    return true;
  } catch {
    return false;
  }
}
