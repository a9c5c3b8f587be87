import { type Inflate, inflateSync } from "node:zlib";
import { failure } from "../../errors.ts";

/** What stands before the zlib stream of an object in a pack (gitformat-pack(5)). */
export interface EntryHeader {
  readonly type: number;
  /** Of what the stream holds, in bytes, as it says. */
  readonly size: number;
  /** Where the stream begins. */
  readonly at: number;
  /** Of a delta: how far before it its base begins, or the id of it. */
  readonly base?: { readonly distance: number } | { readonly oid: string };
}

const offsetDelta = 6;
const referenceDelta = 7;

/** @throws GIT_REFUSED where the pack ends within it */
export function readEntryHeader(pack: Buffer, start: number): EntryHeader {
  const { type, size, at } = readTypeAndSize(pack, start);
  if (type === offsetDelta) {
    const { value, at: end } = readDistance(pack, at);
    return { type, size, at: end, base: { distance: value } };
  }
  if (type !== referenceDelta) return { type, size, at };
  return { type, size, at: at + 20, base: { oid: pack.toString("hex", at, at + 20) } };
}

/** Type in bits 4 to 6 of the first byte; size from its low 4 bits on, 7 more with each byte that follows. */
function readTypeAndSize(pack: Buffer, start: number): { type: number; size: number; at: number } {
  const first = byteAt(pack, start);
  if ((first & 0x80) === 0) return { type: (first >> 4) & 7, size: first & 15, at: start + 1 };
  const { value, at } = readSize(pack, start + 1);
  return { type: (first >> 4) & 7, size: (first & 15) + value * 16, at };
}

/** Seven bits in each byte, the highest ones first; each byte that follows stands for one more than it says. */
function readDistance(pack: Buffer, start: number): { value: number; at: number } {
  let at = start;
  let byte = byteAt(pack, at++);
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = byteAt(pack, at++);
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, at };
}

/** Seven bits in each byte, the lowest ones first. */
export function readSize(bytes: Buffer, start: number): { value: number; at: number } {
  let value = 0;
  let at = start;
  for (let factor = 1; ; factor *= 128) {
    const byte = byteAt(bytes, at++);
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) === 0) return { value, at };
  }
}

/** `consumed`: how many bytes the stream takes. @throws GIT_REFUSED where it does not hold exactly `size` bytes */
export function inflateEntry(bytes: Buffer, size: number): { buffer: Buffer; consumed: number } {
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

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw broken("ends within an object");
  return byte;
}

export function broken(fault: string, cause?: unknown) {
  return failure("GIT_REFUSED", `the pack ${fault}`, { cause });
}
