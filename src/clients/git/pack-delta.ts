import { broken, readSize } from "./pack-entry.ts";

/** The size of what a delta makes, in bytes, as it says. It begins with the sizes of its base and of its result. */
export function readDeltaResult(delta: Buffer): number {
  return readSize(delta, readSize(delta, 0).at).value;
}

/** One step of a delta: bytes of the base, or its own. */
interface Piece {
  readonly source: Buffer;
  readonly from: number;
  readonly size: number;
  /** Where the next step begins. */
  readonly next: number;
}

/**
 * The size of what a delta makes of its base, in bytes, added up from its steps.
 *
 * @throws GIT_REFUSED where it is none of this base, or makes another size than it says
 */
export function measureDelta(delta: Buffer, base: Buffer): number {
  const baseSize = readSize(delta, 0);
  const size = readSize(delta, baseSize.at);
  if (baseSize.value !== base.length) throw broken("holds a delta of another base");
  let sum = 0;
  for (let at = size.at; at < delta.length; ) {
    const piece = readPiece(delta, base, at);
    if (piece.from + piece.size > piece.source.length) throw broken("holds a delta that reaches beyond its base");
    sum += piece.size;
    at = piece.next;
  }
  if (sum !== size.value) throw broken("holds a delta of another size than it says");
  return sum;
}

/** What a delta that was measured makes of its base (gitformat-pack(5)). */
export function applyDelta(delta: Buffer, base: Buffer): Buffer {
  const size = readSize(delta, readSize(delta, 0).at);
  const result = Buffer.allocUnsafe(size.value);
  let filled = 0;
  for (let at = size.at; at < delta.length; ) {
    const piece = readPiece(delta, base, at);
    filled += piece.source.copy(result, filled, piece.from, piece.from + piece.size);
    at = piece.next;
  }
  return result;
}

const longestCopy = 0x10000;

/** The highest bit says that the base is copied, the others which bytes of offset and size follow. */
function readPiece(delta: Buffer, base: Buffer, at: number): Piece {
  const step = delta[at] ?? 0;
  if (step === 0) throw broken("holds a delta with a step that means nothing");
  if (step < 0x80) return { source: delta, from: at + 1, size: step, next: at + 1 + step };
  let next = at + 1;
  const read = (bits: number, count: number) => {
    let value = 0;
    for (let place = 0; place < count; place++) if ((bits >> place) & 1) value += (delta[next++] ?? 0) * 256 ** place;
    return value;
  };
  const from = read(step, 4);
  const size = read(step >> 4, 3) || longestCopy;
  return { source: base, from, size, next };
}
