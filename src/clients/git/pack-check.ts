import { createHash } from "node:crypto";
import { failure } from "../../errors.ts";
import { readDeltaResult } from "./pack-delta.ts";
import { broken, inflateEntry, readEntryHeader } from "./pack-entry.ts";

/** What a pack may grow to, in bytes: one object, and all of them. */
export interface PackLimits {
  readonly objectBytes: number;
  readonly inflatedBytes: number;
}

const trailerBytes = 20;

/** What an object takes of the limit besides its own bytes: a million of empty ones are a bomb too. */
export const perObject = 1024;

/**
 * Judges a pack before anything unpacks it: whole (its trailer is the SHA-1 of the rest), and no bomb. A kilobyte of
 * zlib can hold a megabyte, a few bytes of delta any multiple of their base, so sizes are taken from the headers and held
 * against what the streams really hold. Format: gitformat-pack(5).
 *
 * @throws GIT_REFUSED where it is broken, GIT_TOO_LARGE
 */
export function assertPack(pack: Buffer, limits: PackLimits): void {
  const end = pack.length - trailerBytes;
  if (end < 12 || pack.toString("latin1", 0, 4) !== "PACK") throw broken("is no pack");
  if (!createHash("sha1").update(pack.subarray(0, end)).digest().equals(pack.subarray(end))) throw broken("is cut off");
  let total = 0;
  let at = 12;
  for (let left = pack.readUInt32BE(8); left > 0; left--) {
    const object = readEntry(pack.subarray(0, end), at, limits);
    at = object.next;
    total += object.size + perObject;
    if (object.size > limits.objectBytes)
      throw failure("GIT_TOO_LARGE", `expected ${limits.objectBytes} bytes at most in an object, found ${object.size}`);
    if (total > limits.inflatedBytes)
      throw failure("GIT_TOO_LARGE", `expected ${limits.inflatedBytes} bytes at most in the pack, found more`);
  }
  if (at !== end) throw broken("holds more than it counts");
}

/** The size of one object when it is whole, and where the next one begins. */
function readEntry(pack: Buffer, start: number, limits: PackLimits): { size: number; next: number } {
  const { size, at, base } = readEntryHeader(pack, start);
  if (size > limits.objectBytes) return { size, next: at };
  const { buffer, consumed } = inflateEntry(pack.subarray(at), size);
  return { size: base === undefined ? size : readDeltaResult(buffer), next: at + consumed };
}
