import type { Problem } from "../errors.ts";
import { toPrintablePath } from "./printable-path.ts";

/** git-lfs/docs/spec.md: a pointer is shorter than 1024 bytes and begins with its version; the last two are old names. */
const versions = [
  "version https://git-lfs.github.com/spec/v",
  "version https://hawser.github.com/spec/v",
  "version http://git-media.io/v/",
];

/** Whether these bytes are what git stores in place of a file that Git LFS keeps elsewhere. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  if (bytes.length >= 1024) return false;
  const start = String.fromCharCode(...bytes.subarray(0, 48));
  return versions.some((version) => start.startsWith(version));
}

export function toPointerProblem(path: Uint8Array): Problem {
  const subject = toPrintablePath(path);
  return {
    code: "TREE_LFS_POINTER",
    message: `expected the file itself, found a Git LFS pointer at "${subject}"`,
    subject,
  };
}
