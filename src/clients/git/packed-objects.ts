import { failure } from "../../errors.ts";
import { type GitObject, toObjectId } from "./object-source.ts";
import { buildObject, type ChainPlace, type Link, type PackedObject, readChain } from "./pack-chain.ts";
import { type PackLimits, perObject } from "./pack-check.ts";
import type { Pack, Place } from "./packs.ts";

/** Reads what packs hold, whose indexes and deltas need not be honest. */
export interface PackedObjects {
  /** What is at a place. Undefined where it, or what it is a delta of, is broken. @throws GIT_TOO_LARGE */
  read(place: Place, oid: string): Promise<PackedObject | undefined>;
  /**
   * The same, where a base that is broken may lie elsewhere: all that can be made of any copy of it. Not all are right.
   *
   * @throws GIT_TOO_LARGE where that is too much work
   */
  readAny(place: Place, oid: string): Promise<readonly PackedObject[]>;
}

export interface PackedSettings {
  readonly limits: PackLimits;
  find(oid: string): Promise<readonly Place[]>;
  readLoose(oid: string): Promise<readonly GitObject[]>;
}

/** Of objects that others may be deltas of, in bytes. */
const mostKept = 32 * 1024 ** 2;

export function openPackedObjects({ limits, find, readLoose }: PackedSettings): PackedObjects {
  const most = limits.objectBytes;
  let kept = new Map<Pack, Map<number, PackedObject>>();
  let keptBytes = 0;

  function keep({ pack }: Place, offset: number, object: PackedObject): void {
    if (keptBytes > mostKept) kept = new Map();
    if (kept.size === 0) keptBytes = 0;
    const objects = kept.get(pack) ?? new Map<number, PackedObject>();
    kept.set(pack, objects.set(offset, object));
    keptBytes += object.bytes.length + perObject;
  }

  async function read(place: Place, oid: string): Promise<PackedObject | undefined> {
    const bytes = await place.pack.read();
    const known = kept.get(place.pack);
    const links = readChain({ ...place, bytes }, (offset) => known?.has(offset) === true);
    const work = startWork(limits);
    let base: PackedObject | undefined;
    for (const link of links.reverse()) {
      const object = known?.get(link.offset) ?? buildObject(bytes, link, { oid, base, most });
      if (object === undefined) return undefined;
      work.add(object);
      if (links.length > 1) keep(place, link.offset, object);
      base = object;
    }
    return base;
  }

  async function readAny(place: Place, oid: string): Promise<readonly PackedObject[]> {
    const work = startWork(limits);
    const done = new Map<Pack, Map<number, readonly PackedObject[] | undefined>>();

    async function readAt(at: Place): Promise<readonly PackedObject[]> {
      const known = done.get(at.pack) ?? new Map<number, readonly PackedObject[] | undefined>();
      done.set(at.pack, known);
      const bytes = await at.pack.read();
      const links = readChain({ ...at, bytes }, () => false);
      // What is on its way already goes in circles.
      if (links.some(({ offset }) => known.has(offset) && known.get(offset) === undefined)) return [];
      let found: readonly PackedObject[] = [];
      for (const link of links.reverse()) {
        const before = known.get(link.offset);
        if (before === undefined) known.set(link.offset, undefined);
        found = before ?? (await buildAll({ ...at, bytes }, link, found));
        known.set(link.offset, found);
      }
      return found;
    }
    async function buildAll(at: ChainPlace, link: Link, inPack: readonly PackedObject[]) {
      const bases: (PackedObject | undefined)[] = link.header.base === undefined ? [undefined] : [...inPack];
      for (const name of findBaseNames(at, link)) bases.push(...(await readEverywhere(name)));
      const built = bases.map((base) => buildObject(at.bytes, link, { oid, base, most }));
      return toDistinct(built.filter((object) => object !== undefined).map(work.add));
    }
    async function readEverywhere(name: string): Promise<readonly PackedObject[]> {
      const loose = await readLoose(name);
      const all: PackedObject[] = loose.map(({ type, bytes }) => ({ type, bytes: Buffer.from(bytes) }));
      for (const other of await find(name)) all.push(...(await readAt(other)));
      return toDistinct(all);
    }
    return readAt(place);
  }

  return { read, readAny };
}

/** The ids of what a link is a delta of. */
function findBaseNames({ pack }: Place, { offset, header: { base } }: Link): readonly string[] {
  if (base === undefined) return [];
  return "oid" in base ? [base.oid] : pack.index.findNames(offset - base.distance);
}

function toDistinct(objects: readonly PackedObject[]): readonly PackedObject[] {
  return objects.length < 2 ? objects : [...new Map(objects.map((object) => [toObjectId(object), object])).values()];
}

/** A chain of a few bytes can make any multiple of them. */
function startWork({ inflatedBytes }: PackLimits) {
  let total = 0;
  return {
    add(object: PackedObject): PackedObject {
      total += object.bytes.length + perObject;
      if (total > inflatedBytes)
        throw failure("GIT_TOO_LARGE", `expected ${inflatedBytes} bytes at most to read one object, found more`);
      return object;
    },
  };
}
