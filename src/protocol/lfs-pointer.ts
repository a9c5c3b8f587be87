import type { Problem } from "../errors.ts";
import { type BytePath, fromBytePath } from "./byte-path.ts";
import { toPrintablePath } from "./printable-path.ts";

/** Git LFS decides by a file's first so many bytes, however long the file is. */
export const pointerBytes = 1024;

/**
 * How git-lfs reads them (`decodeKV` in its lfs/pointer.go, tried with 3.3), a little more widely: blanks and lines of
 * extensions may stand before the version. What follows is left open, so that what a later version reads is refused too.
 */
const pointer =
  /^(?:\p{White_Space}|ext-\d-\w[^\n]*\n)*version (?:https:\/\/git-lfs\.github\.com\/spec\/v|https:\/\/hawser\.github\.com\/spec\/v|http:\/\/git-media\.io\/v\/)/u;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Whether these bytes are what git stores in place of a file that Git LFS keeps elsewhere: a checkout would show that
 * other file. The first {@link pointerBytes} of a file are enough.
 */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return pointer.test(decoder.decode(bytes.subarray(0, pointerBytes)));
}

export function toPointerProblem(path: BytePath): Problem {
  const subject = toPrintablePath(fromBytePath(path));
  return {
    code: "TREE_LFS_POINTER",
    message: `expected the file itself, found a Git LFS pointer at "${subject}"`,
    subject,
  };
}
