import { createHash } from "node:crypto";
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

/** `size` in bytes, as it was announced: where the bytes are others, so is the id. */
export function startBlobDigest({ type, size }: { readonly type: ObjectType; readonly size: number }): BlobDigest {
  const id = createHash("sha1").update(`${type} ${size}\0`);
  const digest = createHash("sha256");
  let start: Uint8Array = new Uint8Array();
  return {
    write(chunk) {
      id.update(chunk);
      digest.update(chunk);
      // Copied: a chunk may be used again once this returns.
      if (start.length < pointerBytes) start = Buffer.concat([start, chunk.subarray(0, pointerBytes - start.length)]);
    },
    end: () => ({ oid: id.digest("hex"), sha256: digest.digest("hex"), isPointer: isLfsPointer(start) }),
  };
}
