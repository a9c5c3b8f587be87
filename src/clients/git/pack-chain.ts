import { inflateSync } from "node:zlib";
import { CountersignError } from "../../errors.ts";
import { type GitObject, type ObjectType, toTooLarge } from "./object-source.ts";
import { applyDelta, measureDelta } from "./pack-delta.ts";
import { broken, type EntryHeader, inflateEntry, readEntryHeader } from "./pack-entry.ts";
import type { Pack, Place } from "./packs.ts";

/** An entry of a pack: an object, or a delta of the next link of its chain. */
export interface Link {
  readonly offset: number;
  readonly header: EntryHeader;
}

export interface ChainPlace extends Place {
  /** The whole pack. */
  readonly bytes: Buffer;
}

const types: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };

/**
 * The entry at a place and those that it builds on, one after the other, as far as they can be followed. `isKnown` ends it
 * too. It may go in circles, or nowhere: then its last link is a delta.
 */
export function readChain({ pack, bytes, offset }: ChainPlace, isKnown: (offset: number) => boolean): Link[] {
  const links: Link[] = [];
  const seen = new Set<number>();
  for (let at: number | undefined = offset; at !== undefined && !seen.has(at); ) {
    const header = orBroken(() => readEntryHeader(bytes, at as number));
    if (header === undefined) break;
    seen.add(at);
    links.push({ offset: at, header });
    if (header.base === undefined || isKnown(at)) break;
    at = "distance" in header.base ? toBase(at, header.base.distance) : findBase(pack, header.base.oid);
  }
  return links;
}

function findBase({ index }: Pack, oid: string): number | undefined {
  const [offset] = index.findOffsets(Buffer.from(oid, "hex"));
  return offset;
}

/** A base stands before its delta. */
function toBase(offset: number, distance: number): number | undefined {
  return distance > 0 && distance < offset ? offset - distance : undefined;
}

export interface PackedObject extends GitObject {
  readonly bytes: Buffer;
}

export interface BuildSettings {
  /** For messages: what was asked for. */
  readonly oid: string;
  readonly base: PackedObject | undefined;
  /** In bytes. */
  readonly most: number;
}

/** The object that a link makes of its base. Undefined where it is broken. @throws GIT_TOO_LARGE */
export function buildObject(bytes: Buffer, { header }: Link, { oid, base, most }: BuildSettings) {
  return orBroken((): PackedObject => {
    const content = inflateWithin(bytes.subarray(header.at), { oid, size: header.size, most });
    const type = header.base === undefined ? types[header.type] : base?.type;
    if (type === undefined) throw broken("holds an object that cannot be read");
    if (header.base === undefined || base === undefined) return { type, bytes: content };
    const size = measureDelta(content, base.bytes);
    if (size > most) throw toTooLarge({ oid, size }, most);
    return { type, bytes: applyDelta(content, base.bytes) };
  });
}

function inflateWithin(stream: Buffer, { oid, size, most }: { oid: string; size: number; most: number }): Buffer {
  if (size <= most) return inflateEntry(stream, size).buffer;
  throw holdsMore(stream, most) ? toTooLarge({ oid, size }, most) : broken("holds less than it says");
}

/** What only says so is broken, and not large. */
function holdsMore(stream: Buffer, most: number): boolean {
  try {
    inflateSync(stream, { maxOutputLength: most });
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}

function orBroken<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CountersignError && error.code === "GIT_REFUSED") return undefined;
    throw error;
  }
}
