import { expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { rememberObjects } from "../../src/clients/git/remembered.ts";
import { nativeGit } from "../helpers/gits.ts";
import { createRepository } from "../helpers/repository.ts";
import { createSource } from "../helpers/source.ts";

it.each([
  ["that are too many together", 400],
  ["each of which is too large alone", 2100],
])("ends with the first of many large folders %s, before they are all in memory (T18)", async (_, count) => {
  using repository = createRepository();
  const oid = repository.writeBlob("x");
  const folders = Array.from({ length: 40 }, (_, folder) => {
    const names = Array.from({ length: count }, (_, index) => `${String(index).padStart(4, "0")}-${folder}`);
    return repository.writeTree(names.map((name) => ({ mode: "100644", name, oid })));
  });
  const entries = folders.map((tree, index) => ({ mode: "40000", name: `${index + 10}`, oid: tree }));
  const top = [{ mode: "40000", name: "d", oid: repository.writeTree(entries) }];
  const commit = repository.writeCommit(repository.writeTree(top));
  const local = await openLocalRepository(repository.path, { git: nativeGit });
  const read = new Set<string>();
  const source = createSource(async (id) => {
    read.add(id);
    return local.readObject(id);
  });
  const refused = hashDirectory(source, { commit, path: "d", limits: { files: 1000 } });
  await expect(refused).rejects.toMatchObject({ problems: [{ code: "TREE_TOO_MANY_FILES" }] });
  expect(folders.filter((tree) => read.has(tree)).length).toBeLessThan(20);
  expect((await hashDirectory(source, { commit, path: "d" })).files).toHaveLength(40 * count);
});

it("remembers so many entries of trees, however many a tree has", () => {
  const { trees } = rememberObjects({ find: async () => new Map(), keep: async () => undefined }, { most: 1000 });
  const entry = { kind: "file", mode: "100644", name: "a", isAscii: true, oid: "1".repeat(40) } as const;
  const node = { isPlain: true, entries: Array.from({ length: 300 }, () => entry) };
  const ids = ["a", "b", "c", "d", "e"];
  for (const id of ids) trees.set(id, node);
  expect(ids.filter((id) => trees.get(id) !== undefined)).toEqual(["d", "e"]);
});
