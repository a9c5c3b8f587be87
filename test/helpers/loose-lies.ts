import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { constants, deflateRawSync, deflateSync } from "node:zlib";
import { toPack, toPackHeader } from "./packed-objects.ts";
import type { Repository } from "./repository.ts";

/** Puts other bytes in the place of a loose object: `text` with its header, as `blob 5\0wrong`. */
export function overwriteLoose(repository: Repository, oid: string, text: string): void {
  writeLoose(repository, oid, deflateSync(text));
}

/** Writes the file of a loose object as it stands. */
export function writeLoose(repository: Repository, oid: string, zlib: Uint8Array): void {
  const path = join(toObjects(repository), oid.slice(0, 2), oid.slice(2));
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path)) chmodSync(path, 0o644);
  writeFileSync(path, zlib);
}

/** Writes below `…/objects` a pack of one blob, and an index that gives it an id which its bytes do not have. */
export function writeLyingPack(
  place: Repository | string,
  oid: string,
  blob: { zlib: Uint8Array; size: number },
): void {
  const objects = typeof place === "string" ? place : toObjects(place);
  const pack = toPack([Buffer.concat([toPackHeader("blob", blob.size), blob.zlib])]);
  const trailer = pack.subarray(-20);
  const name = join(objects, "pack", `pack-${trailer.toString("hex")}`);
  mkdirSync(dirname(name), { recursive: true });
  writeFileSync(`${name}.pack`, pack);
  writeFileSync(`${name}.idx`, toIndex(oid, trailer));
}

/**
 * A zlib stream of a text and then so many zero bytes, made of one block again and again: gigabytes in no time. Its
 * checksum is wrong, which shows only at its end.
 */
export function toZlibBomb(text: string, zeros: number): Buffer {
  const block = 64 * 1024 ** 2;
  const finishFlush = constants.Z_FULL_FLUSH;
  const repeated = deflateRawSync(Buffer.alloc(block), { finishFlush });
  const start = text === "" ? Buffer.alloc(0) : deflateRawSync(text, { finishFlush });
  const end = Buffer.from([0x03, 0x00, 0, 0, 0, 0]);
  const blocks = Array.from({ length: zeros / block }, () => repeated);
  return Buffer.concat([Buffer.from([0x78, 0x9c]), start, ...blocks, end]);
}

/** gitformat-pack(5), index version 2, of the one object that begins at byte 12. */
function toIndex(oid: string, packTrailer: Uint8Array): Buffer {
  const id = Buffer.from(oid, "hex");
  const fanout = Buffer.alloc(256 * 4);
  for (let first = id[0] ?? 0; first < 256; first++) fanout.writeUInt32BE(1, first * 4);
  const [checksum, offset] = [Buffer.alloc(4), Buffer.from([0, 0, 0, 12])];
  const index = Buffer.concat([Buffer.from("\xfftOc\0\0\0\x02", "latin1"), fanout, id, checksum, offset, packTrailer]);
  return Buffer.concat([index, createHash("sha1").update(index).digest()]);
}

function toObjects(repository: Repository): string {
  return join(repository.git(["rev-parse", "--absolute-git-dir"]), "objects");
}
