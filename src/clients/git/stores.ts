import { join } from "node:path";
import { CountersignError } from "../../errors.ts";
import { openLoose } from "./loose-object.ts";
import { findRight, type ObjectCopy, toCopy } from "./object-copy.ts";
import { absent, type GitObject, type ObjectSource } from "./object-source.ts";
import type { PackLimits } from "./pack-check.ts";
import { openPackedObjects } from "./packed-objects.ts";
import { openPacks, type Place } from "./packs.ts";

export interface StoreLimits extends PackLimits {
  /** Of all packs of a store and their indexes together, in bytes: they are held whole. */
  readonly packBytes: number;
}

export const defaultStoreLimits: StoreLimits = {
  packBytes: 256 * 1024 ** 2,
  objectBytes: 128 * 1024 ** 2,
  inflatedBytes: 4 * 1024 ** 3,
};

/** Git knows it, and writes it nowhere. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/**
 * The objects below several directories (`…/objects`), read without git. An object is here when any copy of it is right, packed or
 * loose, in whichever of them: what is broken, or hashes to another id, is passed over for the next copy. Loose ones are
 * streamed.
 *
 * Refuses with TREE_OBJECT_MISMATCH where there are copies and none is right; with GIT_TOO_LARGE where that cannot be told.
 */
export function openStores(directories: readonly string[], given: Partial<StoreLimits> = {}): ObjectSource {
  const limits = { ...defaultStoreLimits, ...given };
  const stores = directories.map((objects) => openPacks(join(objects, "pack"), limits.packBytes));
  const packed = openPackedObjects({ limits, find, readLoose });

  async function find(oid: string): Promise<Place[]> {
    return (await Promise.all(stores.map((packs) => packs.find(oid)))).flat();
  }
  async function findLoose(oid: string): Promise<ObjectCopy[]> {
    const copies = await Promise.all(directories.map((objects) => openLoose(objects, oid)));
    return copies.filter((copy) => copy !== undefined);
  }
  async function readLoose(oid: string): Promise<GitObject[]> {
    const all = await Promise.all((await findLoose(oid)).map((copy) => orFailure(() => copy.readWhole())));
    return all.filter((object): object is GitObject => !(object instanceof CountersignError));
  }

  async function* listCopies(oid: string, places: readonly Place[]): AsyncGenerator<ObjectCopy> {
    for (const place of places) yield toCopy(oid, () => packed.read(place, oid));
    yield* await findLoose(oid);
    for (const place of places)
      for (const object of await packed.readAny(place, oid)) yield toCopy(oid, async () => object);
  }
  async function search(oid: string): Promise<ObjectCopy | undefined> {
    if (oid === emptyTree) return toCopy(oid, async () => ({ type: "tree", bytes: Buffer.alloc(0) }));
    const places = await find(oid);
    const loose = places.length === 0 ? await findLoose(oid) : [];
    // Whoever reads it holds it against its id: a large one is not read twice.
    if (places.length === 0 && loose.length < 2) return loose[0];
    return findRight(oid, listCopies(oid, places));
  }
  async function findGood(oid: string): Promise<ObjectCopy | undefined> {
    const seen = stores.map((packs) => packs.generation());
    const found = await orFailure(() => search(oid));
    if (found !== undefined && !(found instanceof CountersignError)) return found;
    const areNew = await Promise.all(stores.map((packs, index) => packs.refresh(seen[index] ?? 0)));
    if (areNew.includes(true)) return findGood(oid);
    if (found) throw found;
    return undefined;
  }

  return {
    readObject: async (oid) => (await findGood(oid))?.readWhole(),
    async streamBlobs(oids, open) {
      for (const oid of oids) {
        const copy = await findGood(oid);
        if (copy === undefined) throw absent(oid);
        await copy.stream(open);
      }
    },
  };
}

async function orFailure<T>(read: () => Promise<T>): Promise<T | CountersignError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
}
