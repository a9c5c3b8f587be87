import { describe, expect, it } from "vitest";
import type { BlobHash } from "../../src/clients/git/blob-hash.ts";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import type { ObjectSource } from "../../src/clients/git/object-source.ts";
import { rememberObjects } from "../../src/clients/git/remembered.ts";
import { nativeGit } from "../helpers/gits.ts";
import { createRepository } from "../helpers/repository.ts";

/** A store that counts what it is asked for. */
function createStore() {
  const kept = new Map<string, BlobHash>();
  const asked: string[] = [];
  return {
    kept,
    asked,
    async find(oids: readonly string[]) {
      asked.push(...oids);
      return new Map([...kept].filter(([oid]) => oids.includes(oid)));
    },
    async keep(blobs: ReadonlyMap<string, BlobHash>) {
      for (const [oid, blob] of blobs) kept.set(oid, blob);
    },
  };
}

/** The same source, and what was read of it. */
function count(source: ObjectSource) {
  const read = { objects: [] as string[], blobs: [] as string[] };
  const counted: ObjectSource = {
    async readObject(oid) {
      read.objects.push(oid);
      return source.readObject(oid);
    },
    async streamBlobs(oids, open) {
      read.blobs.push(...oids);
      return source.streamBlobs(oids, open);
    },
  };
  return { counted, read };
}

describe("a push that changes three files of a directory that is remembered", () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`d/${index % 10}/${index % 3}/${index}`, `content ${index}`]),
  );

  it("reads those three, and the folders above them", async () => {
    using repository = createRepository();
    const first = repository.commit(files);
    const second = repository.commit({
      "d/1/1/1": "changed",
      "d/1/1/new": "new",
      "d/2/2/2": undefined,
      "d/3/0/3": "x",
    });
    const { counted, read } = count(await openLocalRepository(repository.path, { git: nativeGit }));
    const remembered = rememberObjects(createStore());
    await hashDirectory(counted, { commit: first, path: "d", remembered });
    expect(read.blobs).toHaveLength(60);
    read.objects.length = read.blobs.length = 0;
    const found = await hashDirectory(counted, { commit: second, path: "d", remembered });
    expect(read.blobs).toHaveLength(3);
    // Commit, root, the path to the directory twice, and seven folders.
    expect(read.objects.length).toBeLessThanOrEqual(11);
    expect(found).toEqual(await hashDirectory(counted, { commit: second, path: "d" }));
  });

  it("asks the store after a restart, and never for what it holds", async () => {
    using repository = createRepository();
    const commit = repository.commit(files);
    const { counted, read } = count(await openLocalRepository(repository.path, { git: nativeGit }));
    const store = createStore();
    const { hash } = await hashDirectory(counted, { commit, path: "d", remembered: rememberObjects(store) });
    read.blobs.length = 0;
    const again = rememberObjects(store);
    for (const _ of [1, 2])
      expect((await hashDirectory(counted, { commit, path: "d", remembered: again })).hash).toBe(hash);
    expect(read.blobs).toEqual([]);
    expect(store.asked).toHaveLength(120);
  });

  it("holds no more than it may, and answers the same", async () => {
    using repository = createRepository();
    const commit = repository.commit(files);
    const source = await openLocalRepository(repository.path, { git: nativeGit });
    const remembered = rememberObjects(createStore(), { most: 7 });
    const { hash } = await hashDirectory(source, { commit, path: "d" });
    for (const _ of [1, 2]) expect((await hashDirectory(source, { commit, path: "d", remembered })).hash).toBe(hash);
  });

  it("counts what is remembered against the limits, and refuses what is refused", async () => {
    using repository = createRepository();
    const commit = repository.commit({ ...files, "d/lfs": "version https://git-lfs.github.com/spec/v1\n" });
    const source = await openLocalRepository(repository.path, { git: nativeGit });
    const remembered = rememberObjects(createStore());
    for (const _ of [1, 2])
      await expect(hashDirectory(source, { commit, path: "d", remembered })).rejects.toMatchObject({
        code: "TREE_LFS_POINTER",
      });
    const limits = { bytes: 300 };
    await expect(hashDirectory(source, { commit, path: "d", remembered, limits })).rejects.toMatchObject({
      code: "TREE_TOO_MANY_BYTES",
    });
  });
});
