/** Where an index says that the objects of its pack begin; it need not be honest. gitformat-pack(5), versions 1 and 2. */
export interface PackIndex {
  /** Of rows. */
  readonly count: number;
  /** In bytes of the pack; several where it names the object, by the bytes of its id, more than once. */
  findOffsets(id: Buffer): Iterable<number>;
  /** What begins there, as it says. Looks through all rows. */
  findNames(offset: number): Iterable<string>;
}

const fanoutBytes = 256 * 4;
const trailerBytes = 40;
const idBytes = 20;

/** How many objects there is room for in a pack of so many bytes: each has a header of one, and zlib makes eight of none. */
export function countMost(packBytes: number): number {
  return Math.floor(Math.max(0, packBytes - 32) / 9);
}

/** What an index of so many objects takes at most, in bytes: each may have a row in the table of large offsets. */
export function measureMost(count: number): number {
  return 8 + fanoutBytes + 36 * count + trailerBytes;
}

/** Undefined where it is cut off, or is none. */
export function parsePackIndex(bytes: Buffer): PackIndex | undefined {
  const isFirst = bytes.toString("latin1", 0, 4) !== "\xfftOc";
  const fanout = isFirst ? 0 : 8;
  const start = fanout + fanoutBytes;
  if (bytes.length < start + trailerBytes) return undefined;
  const count = bytes.readUInt32BE(start - 4);
  if (bytes.length < start + trailerBytes + (isFirst ? 24 : 28) * count) return undefined;
  const ids = isFirst ? { start: start + 4, step: 24 } : { start, step: idBytes };
  const readOffset = isFirst
    ? (row: number) => bytes.readUInt32BE(start + row * 24)
    : (row: number) => toOffset(bytes, start + 24 * count + row * 4, start + 28 * count);

  return {
    count,
    /** Ids are sorted, and the fanout table counts those up to each first byte. */
    findOffsets(id) {
      if (id.length !== idBytes) return [];
      const [first = 0] = id;
      const from = first === 0 ? 0 : bytes.readUInt32BE(fanout + (first - 1) * 4);
      const to = Math.min(count, bytes.readUInt32BE(fanout + first * 4));
      const begin = id.readUInt32BE(0);
      const found: number[] = [];
      for (let row = from; row < to; row++) {
        const at = ids.start + row * ids.step;
        if (bytes.readUInt32BE(at) === begin && id.compare(bytes, at, at + idBytes) === 0) found.push(readOffset(row));
      }
      return found.length < 2 ? found : new Set(found);
    },
    *findNames(offset) {
      for (let row = 0; row < count; row++) {
        const at = ids.start + row * ids.step;
        if (readOffset(row) === offset) yield bytes.toString("hex", at, at + idBytes);
      }
    },
  };
}

/** One with its highest bit set is a row of the table of large ones, behind the others. */
function toOffset(bytes: Buffer, at: number, large: number): number {
  const offset = bytes.readUInt32BE(at);
  if (offset < 2 ** 31) return offset;
  const row = large + (offset - 2 ** 31) * 8;
  return row + 8 + trailerBytes > bytes.length ? 0 : Number(bytes.readBigUInt64BE(row));
}
