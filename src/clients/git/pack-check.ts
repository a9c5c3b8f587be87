import { createHash } from "node:crypto";
import { type Inflate, inflateSync } from "node:zlib";
import { failure } from "../../errors.ts";

/** What a pack may grow to, in bytes: one object, and all of them. */
export interface PackLimits {
  readonly objectBytes: number;
  readonly inflatedBytes: number;
}

const offsetDelta = 6;
const referenceDelta = 7;
const trailerBytes = 20;

/** What an object takes of the limit besides its own bytes: a million of empty ones are a bomb too. */
const perObject = 1024;

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
  const header = readHeader(pack, start);
  let { at } = header;
  if (header.type === offsetDelta) while ((byteAt(pack, at++) & 0x80) !== 0);
  if (header.type === referenceDelta) at += 20;
  if (header.size > limits.objectBytes) return { size: header.size, next: at };
  const { buffer, consumed } = inflate(pack.subarray(at), header.size);
  const isDelta = header.type === offsetDelta || header.type === referenceDelta;
  return { size: isDelta ? readDeltaResult(buffer) : header.size, next: at + consumed };
}

/** Type in bits 4 to 6 of the first byte; size from its low 4 bits on, 7 more with each byte that follows. */
function readHeader(pack: Buffer, start: number): { type: number; size: number; at: number } {
  const first = byteAt(pack, start);
  if ((first & 0x80) === 0) return { type: (first >> 4) & 7, size: first & 15, at: start + 1 };
  const { value, at } = readSize(pack, start + 1);
  return { type: (first >> 4) & 7, size: (first & 15) + value * 16, at };
}

function inflate(bytes: Buffer, size: number): { buffer: Buffer; consumed: number } {
  try {
    // With `info`, node answers the buffer together with the engine, which knows how much it read.
    const inflated: unknown = inflateSync(bytes, { info: true, maxOutputLength: Math.max(size, 1) });
    const { buffer, engine } = inflated as { buffer: Buffer; engine: Inflate };
    if (buffer.length !== size) throw broken("holds an object of another size than it says");
    return { buffer, consumed: engine.bytesWritten };
  } catch (cause) {
    throw broken("holds an object that cannot be read", cause);
  }
}

/** A delta begins with the sizes of its base and of its result. */
function readDeltaResult(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0).at).value;
}

function readSize(bytes: Buffer, start: number): { value: number; at: number } {
  let value = 0;
  let at = start;
  for (let factor = 1; ; factor *= 128) {
    const byte = byteAt(bytes, at++);
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return { value, at };
  }
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw broken("ends within an object");
  return byte;
}

function broken(fault: string, cause?: unknown) {
  return failure("GIT_REFUSED", `the pack that the host sent ${fault}`, { cause });
}
