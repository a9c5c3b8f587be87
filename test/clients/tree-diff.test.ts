import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { diffTrees } from "../../src/clients/git/tree-diff.ts";
import { gitsOfDepth, nativeGit } from "../helpers/gits.ts";
import { collectObjects, type PackedObjects } from "../helpers/packed-objects.ts";
import { createRepository, type RawEntry, type Repository } from "../helpers/repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = createRepository({ bare: true });
});
afterEach(() => repository[Symbol.dispose]());

function write(toTree: (objects: PackedObjects) => string): string {
  const objects = collectObjects();
  const tree = toTree(objects);
  objects.store(repository);
  return tree;
}

describe.each(gitsOfDepth)("what changed between two trees, with $name", ({ git }) => {
  const diff = async (before: string | undefined, after: string | undefined) =>
    diffTrees(await openLocalRepository(repository.path, { git }), { before, after });
  const file = (name: string | Uint8Array, content: string, mode = "100644") => ({ mode, name, content });
  const tree = (...files: { mode: string; name: string | Uint8Array; content: string }[]) =>
    write((objects) =>
      objects.tree(files.map(({ mode, name, content }): RawEntry => ({ mode, name, oid: objects.blob(content) }))),
    );

  it("is nothing between equal trees, and everything from and to none", async () => {
    const one = tree(file("a", "1"), file("b", "2"));
    expect(await diff(one, one)).toEqual({ added: [], removed: [], changed: [] });
    expect(await diff(undefined, one)).toEqual({ added: ["a", "b"], removed: [], changed: [] });
    expect(await diff(one, undefined)).toEqual({ added: [], removed: ["a", "b"], changed: [] });
  });

  it("leaves out the executable bit, and tells a file that became a link, a folder or a submodule", async () => {
    const before = tree(file("bit", "1"), file("link", "2"), file("module", "3"), file("turned", "4"));
    const after = write((objects) =>
      objects.tree([
        { mode: "100755", name: "bit", oid: objects.blob("1") },
        { mode: "120000", name: "link", oid: objects.blob("2") },
        { mode: "160000", name: "module", oid: "1".repeat(40) },
        { mode: "40000", name: "turned", oid: objects.tree([{ mode: "100644", name: "x", oid: objects.blob("4") }]) },
      ]),
    );
    expect(await diff(before, after)).toEqual({
      added: ["turned/x"],
      removed: ["turned"],
      changed: ["link", "module"],
    });
    expect(await diff(after, before)).toEqual({
      added: ["turned"],
      removed: ["turned/x"],
      changed: ["link", "module"],
    });
  });

  it("keeps apart names that print alike, and shows what misleads the eye", async () => {
    const one = tree(file("a\\u{202e}b", "same"));
    const other = tree(file("a\u202eb", "same"));
    expect(await diff(one, other)).toEqual({ added: ["a\\u{202e}b"], removed: ["a\\u{202e}b"], changed: [] });
    const raw = tree(file(Buffer.from("61ff", "hex"), "same"));
    expect(await diff(undefined, raw)).toMatchObject({ added: ["a\\xff"] });
  });

  it("ends at a folder that is named a million times, and says that there is more", async () => {
    const wide = (content: string) =>
      write((objects) => {
        let oid = objects.tree([{ mode: "100644", name: "f", oid: objects.blob(content) }]);
        for (let level = 0; level < 8; level++)
          oid = objects.tree([..."0123456789"].map((name) => ({ mode: "40000", name, oid })));
        return oid;
      });
    const found = await diff(wide("1"), wide("2"));
    expect(found.isCut).toBe(true);
    expect(found.changed.length).toBeLessThan(20_000);
  });

  it("refuses a tree that is malformed or not the one that it is said to be", async () => {
    const twice = tree(file("a", "1"), file("a", "2"));
    await expect(diff(undefined, twice)).rejects.toMatchObject({ code: "TREE_MALFORMED" });
    await expect(diff(undefined, repository.writeBlob("no tree"))).rejects.toMatchObject({ code: "TREE_MALFORMED" });
    await expect(diff(undefined, "1".repeat(40))).rejects.toMatchObject({ code: "GIT_OBJECT_ABSENT" });
  });
});

it("is what git says of random trees", { timeout: 60_000 }, async () => {
  const paths = fc.uniqueArray(fc.constantFrom("a", "a-b", "a.b", "b/c", "b/d/e", "b/d/f", "c/x/y/z", "é"), {
    maxLength: 8,
  });
  const files = paths.chain((names) =>
    fc.tuple(...names.map((name) => fc.constantFrom("1", "2", "3").map((content) => [name, content] as const))),
  );
  const source = await openLocalRepository(repository.path, { git: nativeGit });
  await fc.assert(
    fc.asyncProperty(files, files, async (one, other) => {
      const [before, after] = [one, other].map((entries) => writeIndex(entries));
      if (before === undefined || after === undefined) return;
      const found = await diffTrees(source, { before, after });
      const lines = repository
        .git(["diff-tree", "-r", "-z", "--no-renames", "--name-status", before, after])
        .split("\0");
      const said = (letter: string) =>
        lines.filter((_, index) => lines[index - 1] === letter && index % 2 === 1).sort();
      expect(found).toEqual({ added: said("A"), removed: said("D"), changed: said("M") });
    }),
    { numRuns: 40, seed: 1 },
  );
});

function writeIndex(files: readonly (readonly [string, string])[]): string {
  rmSync(join(repository.path, "index"), { force: true });
  const lines = files.map(([path, content]) => `100644 ${repository.writeBlob(content)}\t${path}\0`);
  repository.git(["update-index", "-z", "--index-info"], { input: lines.join("") });
  return execFileSync("git", ["write-tree"], { cwd: repository.path, encoding: "utf8" }).trim();
}
