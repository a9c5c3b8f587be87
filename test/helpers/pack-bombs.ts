import { deflateSync } from "node:zlib";
import type { ErrorCode } from "../../src/errors.ts";
import { toZlibBomb } from "./loose-lies.ts";
import { collectObjects, toPack, toPackHeader } from "./packed-objects.ts";

/** A pack that costs its sender kilobytes, and whoever unpacks it without care his memory or his day. */
export interface PackBomb {
  readonly name: string;
  readonly codes: readonly ErrorCode[];
  /** Whether it takes seconds to refuse. */
  readonly isSlow?: boolean;
  readonly toPack: () => Buffer;
}

const megabyte = 1024 ** 2;
const gigabyte = 1024 ** 3;

/** Threats F27. Native git refuses by itself what it will not allocate. */
export const packBombs: readonly PackBomb[] = [
  {
    name: "a blob of 16 gigabytes",
    isSlow: true,
    codes: ["GIT_TOO_LARGE"],
    toPack: () => toPack([toEndless("blob", 16 * gigabyte)]),
  },
  {
    name: "a tree of 4 gigabytes",
    codes: ["GIT_TOO_LARGE", "GIT_REFUSED"],
    toPack: () => toPack([toEndless("tree", 4 * gigabyte)]),
  },
  {
    name: "600 trees of 30 megabytes",
    isSlow: true,
    codes: ["GIT_TOO_LARGE"],
    toPack: () => toPack(new Array(600).fill(toZeros("tree", 30 * megabyte))),
  },
  {
    name: "3,000 deltas of 120 megabytes",
    isSlow: true,
    codes: ["GIT_TOO_LARGE"],
    toPack: () => toDeltas(3_000, 120 * megabyte),
  },
  {
    name: "a million blobs of one byte",
    codes: ["GIT_TOO_LARGE", "GIT_REFUSED"],
    toPack: () => toPack(new Array(1_000_000).fill(oneByte)),
  },
  {
    name: "four billion objects, it says",
    codes: ["GIT_REFUSED", "GIT_TOO_LARGE"],
    toPack: () => toCounted(0xffffffff),
  },
];

const oneByte = Buffer.concat([toPackHeader("blob", 1), deflateSync("x")]);

/** The commit that the bombs are sent for. */
export const bombCommit = collectObjects().commit("ab".repeat(20));

/** Its checksum would be wrong, if anybody came to its end. */
function toEndless(type: "blob" | "tree", size: number): Buffer {
  return Buffer.concat([toPackHeader(type, size), toZlibBomb("", size)]);
}

function toZeros(type: "blob" | "tree", size: number): Buffer {
  return Buffer.concat([toPackHeader(type, size), deflateSync(Buffer.alloc(size))]);
}

function toCounted(count: number): Buffer {
  const pack = toPack([oneByte]);
  pack.writeUInt32BE(count, 8);
  return pack;
}

/** One blob, and deltas that each copy of it again and again. gitformat-pack(5). */
function toDeltas(count: number, size: number): Buffer {
  const base = 64 * megabyte;
  const entries = [toZeros("blob", base)];
  let distance = entries[0]?.length ?? 0;
  for (let left = count; left > 0; left--) {
    const delta = toDelta({ base, size, distance });
    entries.push(delta);
    distance += delta.length;
  }
  return toPack(entries);
}

function toDelta({ base, size, distance }: { base: number; size: number; distance: number }): Buffer {
  const copies: number[] = [];
  for (let left = size; left > 0; left -= 0xffffff) {
    const part = Math.min(left, 0xffffff);
    copies.push(0xf0, part & 0xff, (part >> 8) & 0xff, part >> 16);
  }
  return toOffsetDelta(Buffer.from([...toSize(base), ...toSize(size), ...copies]), distance);
}

/** An entry of a pack: what is to be done with the object that begins so many bytes before it. */
export function toOffsetDelta(content: Buffer, distance: number): Buffer {
  const [first = 0, ...rest] = toPackHeader("blob", content.length);
  const header = [(first & 0x8f) | (6 << 4), ...rest, ...toDistance(distance)];
  return Buffer.concat([Buffer.from(header), deflateSync(content)]);
}

export function toSize(size: number): number[] {
  return size < 128 ? [size] : [(size & 0x7f) | 0x80, ...toSize(Math.floor(size / 128))];
}

function toDistance(distance: number): number[] {
  const bytes = [distance & 0x7f];
  for (let left = distance >> 7; left > 0; left >>= 7) {
    left -= 1;
    bytes.unshift((left & 0x7f) | 0x80);
  }
  return bytes;
}
