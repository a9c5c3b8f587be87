import type { BlobHash, KnownBlobs } from "./blob-hash.ts";
import type { TreeNode } from "./tree-node.ts";
import type { KnownTrees } from "./tree-walk.ts";

/** What was read and hashed before, for previews only (protocol §2). */
export interface Remembered {
  readonly blobs: KnownBlobs;
  readonly trees: KnownTrees;
}

/** Blobs, and entries of trees, in this process: some hundred bytes each. */
const mostHeld = 400_000;

/** Keeps what is asked for often in memory, before a store that outlives the process. */
export function rememberObjects(store: KnownBlobs, { most = mostHeld }: { readonly most?: number } = {}): Remembered {
  const blobs = holdAtMost<BlobHash>(most, () => 1);
  return {
    trees: holdAtMost<TreeNode>(most, ({ entries }) => entries.length + 1),
    blobs: {
      async find(oids) {
        const found = new Map<string, BlobHash>();
        const absent: string[] = [];
        for (const oid of oids) {
          const blob = blobs.get(oid);
          if (blob === undefined) absent.push(oid);
          else found.set(oid, blob);
        }
        for (const [oid, blob] of absent.length > 0 ? await store.find(absent) : []) {
          blobs.set(oid, blob);
          found.set(oid, blob);
        }
        return found;
      },
      async keep(read) {
        for (const [oid, blob] of read) blobs.set(oid, blob);
        await store.keep(read);
      },
    },
  };
}

/** Forgets everything where it gets too much: what is in use is soon there again. */
function holdAtMost<T>(most: number, weigh: (value: T) => number): Pick<Map<string, T>, "get" | "set"> {
  const held = new Map<string, T>();
  let weight = 0;
  return {
    get: (oid) => held.get(oid),
    set(oid, value) {
      if (held.has(oid)) return held;
      if (weight + weigh(value) > most) {
        held.clear();
        weight = 0;
      }
      weight += weigh(value);
      return held.set(oid, value);
    },
  };
}
