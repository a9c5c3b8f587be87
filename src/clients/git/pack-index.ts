/** Where an index says that the objects of its pack begin; it need not be honest. gitformat-pack(5), versions 1 and 2. */
export interface PackIndex {
  /** In bytes of the pack; several where it names the object more than once. */
  findOffsets(oid: string): readonly number[];
  /** What begins there, as it says. */
  findNames(offset: number): readonly string[];
}

const fanoutBytes = 256 * 4;
const trailerBytes = 40;
const idBytes = 20;

/** Undefined where it is cut off, or is none. */
export function parsePackIndex(bytes: Buffer): PackIndex | undefined {
  const isFirst = bytes.toString("latin1", 0, 4) !== "\xfftOc";
  const fanout = isFirst ? 0 : 8;
  const start = fanout + fanoutBytes;
  if (bytes.length < start + trailerBytes) return undefined;
  const count = bytes.readUInt32BE(start - 4);
  if (bytes.length < start + trailerBytes + (isFirst ? 24 : 28) * count) return undefined;
  const table = isFirst ? { start: start + 4, step: 24 } : { start, step: idBytes };
  const readOffset = isFirst
    ? (row: number) => bytes.readUInt32BE(start + row * 24)
    : (row: number) => toOffset(bytes, start + 24 * count + row * 4, start + 28 * count);
  let names: Map<number, string[]> | undefined;

  /** Ids are sorted, and the fanout table counts those up to each first byte. */
  function findRows(oid: string): number[] {
    const id = Buffer.from(oid, "hex");
    const first = id[0] ?? 0;
    const from = first === 0 ? 0 : bytes.readUInt32BE(fanout + (first - 1) * 4);
    const to = Math.min(count, bytes.readUInt32BE(fanout + first * 4));
    if (from >= to) return [];
    const bucket = bytes.subarray(table.start + from * table.step, table.start + to * table.step);
    const rows: number[] = [];
    for (let at = bucket.indexOf(id); at !== -1; at = bucket.indexOf(id, at + 1))
      if (at % table.step === 0) rows.push(from + at / table.step);
    return rows;
  }
  function listNames(): Map<number, string[]> {
    const rows = Array.from({ length: count }, (_, row) => row);
    const toName = (row: number) => {
      const at = table.start + row * table.step;
      return bytes.toString("hex", at, at + idBytes);
    };
    const byOffset = Map.groupBy(rows, readOffset);
    return new Map([...byOffset].map(([offset, members]) => [offset, members.map(toName)]));
  }

  return {
    findOffsets: (oid) => [...new Set(findRows(oid).map(readOffset))],
    findNames(offset) {
      names ??= listNames();
      return names.get(offset) ?? [];
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
