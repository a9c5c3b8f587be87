import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BlobHash, hashBlobs, type KnownBlobs } from "../../src/clients/git/blob-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import type { ObjectSource } from "../../src/clients/git/object-source.ts";
import { gitsOfDepth } from "../helpers/gits.ts";
import { overwriteLoose } from "../helpers/loose-lies.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";

let repository: Repository;
beforeEach(() => {
  repository = createRepository();
});
afterEach(() => repository[Symbol.dispose]());

const onBlob = () => undefined;
const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");

/** What was hashed before, and what was kept since. */
function createKnown(rows: Readonly<Record<string, BlobHash>>): KnownBlobs & { kept: Map<string, BlobHash> } {
  const kept = new Map<string, BlobHash>();
  return {
    kept,
    find: async (oids) => new Map(oids.flatMap((oid) => (rows[oid] ? [[oid, rows[oid]]] : []))),
    async keep(blobs) {
      for (const [oid, blob] of blobs) kept.set(oid, blob);
    },
  };
}

describe.each(gitsOfDepth)("hashing blobs with $name", ({ git }) => {
  const open = () => openLocalRepository(repository.path, { git });

  it("hashes each from its bytes, and keeps what it hashed for the next time", async () => {
    const oids = ["a", "b"].map((content) => repository.writeBlob(content));
    const known = createKnown({});
    const { find } = await hashBlobs(await open(), oids, { onBlob, known });
    expect(oids.map((oid) => find(oid)?.sha256)).toEqual([sha256("a"), sha256("b")]);
    expect([...known.kept.keys()].sort()).toEqual(oids.toSorted());
  });

  it("T20 believes what is known where it is given, reads none of it, and nothing of it where it is not", async () => {
    const [lied = "", read = ""] = ["a", "b"].map((content) => repository.writeBlob(content));
    const known = createKnown({ [lied]: { sha256: "0".repeat(64), size: 1, isPointer: false } });
    const asked: string[] = [];
    const source = watchReads(await open(), asked);
    const { find } = await hashBlobs(source, [lied, read], { onBlob, known });
    expect(find(lied)?.sha256).toBe("0".repeat(64));
    expect(asked).toEqual([read]);
    expect([...known.kept.keys()]).toEqual([read]);
    expect((await hashBlobs(source, [lied, read], { onBlob })).find(lied)?.sha256).toBe(sha256("a"));
  });

  it("T20 reads whole what is wanted whole, also where it is known", async () => {
    const oid = repository.writeBlob("a");
    const known = createKnown({ [oid]: { sha256: "0".repeat(64), size: 1, isPointer: false } });
    const { find, contents } = await hashBlobs(await open(), [oid], { onBlob, known, wanted: new Set([oid]) });
    expect(find(oid)?.sha256).toBe(sha256("a"));
    expect(Buffer.from(contents.get(oid) ?? []).toString()).toBe("a");
  });

  it.each([3, 300])(
    "T12 tells every object whose bytes are not its own, of %i, and hashes the others",
    async (count) => {
      const oids = Array.from({ length: count }, (_, index) => repository.writeBlob(`${index}`));
      const broken = oids.filter((_, index) => index % 10 === 1);
      for (const oid of broken) overwriteLoose(repository, oid, "blob 5\0wrong");
      const known = createKnown({});
      const { find, problems } = await hashBlobs(await open(), oids, { onBlob, known });
      expect([...problems.keys()].sort()).toEqual(broken.toSorted());
      for (const [oid, found] of problems)
        expect(found).toMatchObject([{ code: "TREE_OBJECT_MISMATCH", subject: oid }]);
      for (const oid of oids) expect(find(oid) === undefined).toBe(broken.includes(oid));
      for (const oid of broken) expect(known.kept.has(oid)).toBe(false);
    },
  );

  it("T12 ends after a hundred of them", async () => {
    const oids = Array.from({ length: 130 }, (_, index) => repository.writeBlob(`${index}`));
    for (const oid of oids) overwriteLoose(repository, oid, "blob 5\0wrong");
    expect((await hashBlobs(await open(), oids, { onBlob })).problems.size).toBe(100);
  });

  it("tells each size before the bytes, and once when they are right, also where a broken one makes it begin again", async () => {
    const oids = ["a", "bb", "ccc"].map((content) => repository.writeBlob(content));
    overwriteLoose(repository, oids[1] ?? "", "blob 5\0wrong");
    const [told, hashed]: [string[], string[]] = [[], []];
    await hashBlobs(await open(), oids, {
      onBlob: ({ oid }) => void told.push(oid),
      onHashed: ({ oid }) => void hashed.push(oid),
    });
    expect(told).toEqual(expect.arrayContaining([oids[0], oids[2]]));
    expect(hashed.toSorted()).toEqual([oids[0], oids[2]].toSorted());
  });

  it("lets a fault be a fault: what is absent is no broken object", async () => {
    const oids = [repository.writeBlob("a"), "1".repeat(40)];
    await expect(hashBlobs(await open(), oids, { onBlob })).rejects.toMatchObject({ code: "GIT_OBJECT_ABSENT" });
  });
});

it("never passes over a file: a source that hands over fewer blobs than asked for is a fault", async () => {
  const source = { readObject: async () => undefined, streamBlobs: async () => undefined };
  await expect(hashBlobs(source, ["1".repeat(40)], { onBlob })).rejects.toMatchObject({ code: "INTERNAL" });
});

function watchReads(source: ObjectSource, asked: string[]): ObjectSource {
  return {
    ...source,
    streamBlobs(oids, open) {
      asked.push(...oids);
      return source.streamBlobs(oids, open);
    },
  };
}
