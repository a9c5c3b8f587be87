import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { toOffsetDelta, toSize } from "./pack-bombs.ts";
import { toPack, toPackHeader } from "./packed-objects.ts";

/** An entry as it stands in a pack, and the id that the index gives it. */
export interface ForgedEntry {
  readonly oid: string;
  readonly bytes: Buffer;
}

/** A pack and its index (version 2), below `objects`: whole by their sums and counts, whatever they say of objects. */
export function forgePack(name: string, entries: readonly ForgedEntry[]): ReadonlyMap<string, Buffer> {
  const pack = toPack(entries.map(({ bytes }) => bytes));
  let end = 12;
  const rows = entries.map(({ oid, bytes }) => {
    end += bytes.length;
    return { id: Buffer.from(oid, "hex"), offset: end - bytes.length };
  });
  rows.sort((one, two) => Buffer.compare(one.id, two.id));
  const fanout = Array.from({ length: 256 }, (_, first) =>
    toNumber(rows.filter(({ id }) => (id[0] ?? 0) <= first).length),
  );
  const index = Buffer.concat([
    Buffer.from("\xfftOc\0\0\0\x02", "latin1"),
    ...fanout,
    ...rows.map(({ id }) => id),
    ...rows.map(() => toNumber(0)),
    ...rows.map(({ offset }) => toNumber(offset)),
    pack.subarray(-20),
  ]);
  const sum = createHash("sha1").update(index).digest();
  return new Map([
    [`pack/pack-${name}.pack`, pack],
    [`pack/pack-${name}.idx`, Buffer.concat([index, sum])],
  ]);
}

export function toBlobId(content: Uint8Array): string {
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

export function forgeBlob(content: Uint8Array, oid = toBlobId(content)): ForgedEntry {
  return { oid, bytes: Buffer.concat([toPackHeader("blob", content.length), deflateSync(content)]) };
}

/** Blobs of one size, each a delta of the one before it; then small ones, each a delta of the last of these. */
export function forgeChain({ size, length, tips }: { size: number; length: number; tips: readonly string[] }) {
  const content = Buffer.alloc(size);
  const entries = [forgeBlob(content)];
  for (let link = 1; link < length; link++) {
    content[size - 1] = link;
    const steps = Buffer.from([...toCopies(size - 1), 1, link]);
    entries.push({
      oid: toBlobId(content),
      bytes: toDelta({ size, result: size, steps, distance: lengthOfLast(entries) }),
    });
  }
  let distance = lengthOfLast(entries);
  for (const tip of tips) {
    const steps = Buffer.concat([Buffer.from([tip.length]), Buffer.from(tip)]);
    const bytes = toDelta({ size, result: tip.length, steps, distance });
    entries.push({ oid: toBlobId(Buffer.from(tip)), bytes });
    distance += bytes.length;
  }
  return entries;
}

interface Delta {
  /** Of what it is a delta of, and of what it makes of that, in bytes. */
  readonly size: number;
  readonly result: number;
  readonly steps: Buffer;
  readonly distance: number;
}

function toDelta({ size, result, steps, distance }: Delta): Buffer {
  return toOffsetDelta(Buffer.concat([Buffer.from([...toSize(size), ...toSize(result)]), steps]), distance);
}

/** Steps that take so many bytes from the begin of the base. */
function toCopies(size: number): number[] {
  const steps: number[] = [];
  for (let at = 0; at < size; at += 0xffffff) {
    const place = Buffer.alloc(7);
    place.writeUInt32LE(at);
    place.writeUIntLE(Math.min(size - at, 0xffffff), 4, 3);
    steps.push(0xff, ...place);
  }
  return steps;
}

function lengthOfLast(entries: readonly ForgedEntry[]): number {
  return entries.at(-1)?.bytes.length ?? 0;
}

function toNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
