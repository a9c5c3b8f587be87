import type { BlobHash, KnownBlobs } from "../../src/clients/git/blob-hash.ts";

/** The App keeps them in its store; here only the cost of hashing is asked. */
export function keepBlobs(): KnownBlobs {
  const kept = new Map<string, BlobHash>();
  return {
    async find(oids) {
      return new Map(oids.flatMap((oid) => toEntry(oid, kept.get(oid))));
    },
    async keep(blobs) {
      for (const [oid, blob] of blobs) kept.set(oid, blob);
    },
  };
}

function toEntry(oid: string, blob: BlobHash | undefined): [string, BlobHash][] {
  return blob === undefined ? [] : [[oid, blob]];
}
