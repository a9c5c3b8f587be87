import { createHash, hash } from "node:crypto";
import { isLfsPointer, pointerBytes } from "../../protocol/lfs-pointer.ts";
import type { ObjectType } from "./object-source.ts";

/** Everything that is asked of a file's bytes, found out while they pass by once. */
export interface BlobDigest {
  write(chunk: Uint8Array): void;
  end(): DigestedBlob;
}

export interface DigestedBlob {
  /** What git calls an object of this type and these bytes. */
  readonly oid: string;
  /** As 64 hex digits. */
  readonly sha256: string;
  readonly isPointer: boolean;
}

interface Announced {
  readonly type: ObjectType;
  /** In bytes: where they are others, so is the id. */
  readonly size: number;
}

/** A chunk is used only until `write` returns. */
export function startBlobDigest(announced: Announced): BlobDigest {
  let whole: DigestedBlob | undefined;
  let pieces: BlobDigest | undefined;
  return {
    write(chunk) {
      if (pieces === undefined && whole === undefined && chunk.length === announced.size && chunk.length <= wholeBytes)
        whole = digestWhole(chunk, announced);
      else {
        pieces ??= startPieces(announced);
        pieces.write(chunk);
      }
    },
    end: () => pieces?.end() ?? whole ?? startPieces(announced).end(),
  };
}

function startPieces({ type, size }: Announced): BlobDigest {
  const id = createHash("sha1").update(`${type} ${size}\0`);
  const digest = createHash("sha256");
  let start: Uint8Array = new Uint8Array();
  return {
    write(chunk) {
      id.update(chunk);
      digest.update(chunk);
      if (start.length < pointerBytes) start = Buffer.concat([start, chunk.subarray(0, pointerBytes - start.length)]);
    },
    end: () => ({ oid: id.digest("hex"), sha256: digest.digest("hex"), isPointer: isLfsPointer(start) }),
  };
}

/** Up to so many bytes that come in one piece are hashed in one call, which leaves nothing behind to be collected. */
const wholeBytes = 256 * 1024;
const scratch = Buffer.allocUnsafeSlow(wholeBytes + 64);

function digestWhole(bytes: Uint8Array, { type, size }: Announced): DigestedBlob {
  const start = scratch.write(`${type} ${size}\0`, "latin1");
  scratch.set(bytes, start);
  const object = scratch.subarray(0, start + bytes.length);
  return { oid: hash("sha1", object), sha256: hash("sha256", bytes), isPointer: isLfsPointer(bytes) };
}
