import { failure } from "../../errors.ts";
import { type GitObject, toObjectId } from "./object-source.ts";
import { buildObject, type ChainPlace, type Link, type PackedObject, readChain } from "./pack-chain.ts";
import { type PackLimits, perObject } from "./pack-check.ts";
import type { Pack, Place } from "./packs.ts";
import { holdRecent, type Recent } from "./recent.ts";

/** Reads what packs hold, whose indexes and deltas need not be honest. */
export interface PackedObjects {
  /** What is at a place. Undefined where it, or what it is a delta of, is broken. @throws GIT_TOO_LARGE */
  read(place: Place, oid: string): Promise<PackedObject | undefined>;
  /**
   * The same, where a base that is broken may lie elsewhere: all that can be made of any copy of it. Not all are right.
   *
   * @throws GIT_TOO_LARGE where that is too much work, or too much to hold
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

/** How many objects of the largest size are held at once: one, what it is made of, and another copy of that. */
const mostInUse = 3;

export function openPackedObjects({ limits, find, readLoose }: PackedSettings): PackedObjects {
  const most = limits.objectBytes;
  const work = openWork(limits);
  const kept = holdRecent(mostKept, measure);
  let turn: Promise<unknown> = Promise.resolve();

  function follow(place: ChainPlace, held: Recent<unknown>): Link[] {
    return readChain(place, (at) => {
      work.add(perObject);
      return held.has(toKey(place.pack, at));
    });
  }
  function build(bytes: Buffer, link: Link, { oid, base }: { readonly oid: string; base: PackedObject | undefined }) {
    work.add(Math.min(link.header.size, most) + perObject);
    const object = buildObject(bytes, link, { oid, base, most });
    if (object && base) work.add(object.bytes.length);
    return object;
  }

  async function read({ pack, offset }: Place, oid: string): Promise<PackedObject | undefined> {
    const bytes = await pack.read();
    const links = follow({ pack, offset, bytes }, kept);
    let base: PackedObject | undefined;
    for (const link of links.reverse()) {
      const key = toKey(pack, link.offset);
      const object = kept.get(key) ?? build(bytes, link, { oid, base });
      if (object === undefined) return undefined;
      if (links.length > 1) kept.set(key, object);
      base = object;
    }
    if (base) work.allow(base);
    return base;
  }

  async function readAnyAlone(place: Place, oid: string): Promise<readonly PackedObject[]> {
    const done = holdRecent(mostKept, measureAll);
    const onTheWay = new Set<string>();
    let inUse = 0;

    function use(object: PackedObject): PackedObject {
      inUse += object.bytes.length;
      if (inUse > mostInUse * most)
        throw failure(
          "GIT_TOO_LARGE",
          `expected ${mostInUse * most} bytes at most in copies of one object, found more`,
        );
      return object;
    }
    async function readAt({ pack, offset }: Place): Promise<readonly PackedObject[]> {
      const bytes = await pack.read();
      const links = follow({ pack, offset, bytes }, done);
      // It goes in circles.
      if (links.some((link) => onTheWay.has(toKey(pack, link.offset)))) return [];
      let found: readonly PackedObject[] = [];
      for (const link of links.reverse()) {
        const key = toKey(pack, link.offset);
        const before = inUse;
        onTheWay.add(key);
        found = done.get(key) ?? (await buildAll({ pack, bytes, offset: link.offset }, link, found));
        onTheWay.delete(key);
        inUse = before;
        done.set(key, found);
      }
      return found;
    }
    async function buildAll(at: ChainPlace, link: Link, inPack: readonly PackedObject[]) {
      const bases = new Map<string, PackedObject | undefined>();
      const take = (found: readonly PackedObject[]) => {
        for (const base of found) {
          const name = toObjectId(base);
          if (!bases.has(name)) bases.set(name, use(base));
        }
      };
      if (link.header.base === undefined) bases.set("", undefined);
      else take(inPack);
      const search = () => work.add(rowBytes * at.pack.index.count + perObject);
      search();
      for (const name of findBaseNames(at, link)) {
        search();
        take((await readLoose(name)).map(({ type, bytes }) => ({ type, bytes: Buffer.from(bytes) })));
        for (const other of await find(name)) take(await readAt(other));
      }
      const built = [...bases.values()].flatMap((base) => {
        const object = build(at.bytes, link, { oid, base });
        return object ? [use(object)] : [];
      });
      return toDistinct(built);
    }
    return readAt(place);
  }
  /** One after the other: each may hold much. */
  function readAny(place: Place, oid: string): Promise<readonly PackedObject[]> {
    const reading = turn.then(() => readAnyAlone(place, oid));
    turn = reading.catch(() => undefined);
    return reading;
  }

  return { read, readAny };
}

/** In an index, of what is looked through for an object of a place. */
const rowBytes = 8;

/** The ids of what a link is a delta of. */
function findBaseNames({ pack }: Place, { offset, header: { base } }: Link): Iterable<string> {
  if (base === undefined) return [];
  return "oid" in base ? [base.oid] : pack.index.findNames(offset - base.distance);
}

function toKey({ path }: Pack, offset: number): string {
  return `${path} ${offset}`;
}

function measure({ bytes }: PackedObject): number {
  return bytes.length + perObject;
}

function measureAll(objects: readonly PackedObject[]): number {
  return objects.reduce((sum, object) => sum + measure(object), 0);
}

function toDistinct(objects: readonly PackedObject[]): readonly PackedObject[] {
  return objects.length < 2 ? objects : [...new Map(objects.map((object) => [toObjectId(object), object])).values()];
}

/** Git's chains are 50 links long, and were 250 at most, of about the size of what they end in: no sound pack takes more. */
const longestChain = 256;

/** A chain of a few bytes makes any multiple of them, each time that something on it is read. What is read gives back. */
function openWork({ inflatedBytes }: PackLimits) {
  let left = inflatedBytes;
  return {
    add(bytes: number): void {
      left -= bytes;
      if (left >= 0) return;
      // Others are read on, and what comes next of this kind ends sooner.
      left = inflatedBytes / 8;
      const most = `${inflatedBytes} bytes at most`;
      throw failure(
        "GIT_TOO_LARGE",
        `expected to unpack ${most} for what is ${longestChain} times smaller, found more`,
      );
    },
    allow(object: PackedObject): void {
      left = Math.min(inflatedBytes, left + longestChain * measure(object));
    },
  };
}
