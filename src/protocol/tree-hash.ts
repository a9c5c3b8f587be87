import { sha256 } from "ethers";
import { CountersignError, failure, type Problem } from "../errors.ts";
import { toBinary } from "./git-tree.ts";
import { type Bytes32, toBytes32 } from "./hex.ts";
import { findNameProblems } from "./path-name.ts";
import { findTwins } from "./path-twins.ts";
import { parsePath } from "./printable-path.ts";

/** A regular file of the directory: the raw bytes of its path relative to it, the SHA-256 of its bytes as 64 hex digits. */
export interface ManifestFile {
  readonly path: Uint8Array;
  readonly sha256: string;
}

/** The tree hash, the lines that it is the SHA-256 of, and the files in the order of the lines. */
export interface Manifest<File extends ManifestFile> {
  readonly hash: Bytes32;
  readonly text: string;
  readonly files: readonly File[];
}

/**
 * The tree hash of protocol §2 over files that were hashed already, in any order. Problems found on the way here are told
 * together with those of the paths.
 *
 * @throws every problem of §2, all at once; TREE_EMPTY where there is no file
 */
export function hashManifest<File extends ManifestFile>(
  files: readonly File[],
  known: readonly Problem[] = [],
): Manifest<File> {
  const [first, ...rest] = [...known, ...findPathProblems(files.map((file) => file.path))];
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  if (files.length === 0) throw failure("TREE_EMPTY", "expected at least one file, found none");
  const sorted = sortByBytes(files);
  const text = sorted.map(toLine).join("");
  return { hash: toBytes32(sha256(new TextEncoder().encode(text))), text, files: sorted };
}

/** Everything that protocol §2 refuses in the paths of one directory, each alone and all together. */
export function findPathProblems(paths: readonly Uint8Array[]): Problem[] {
  const texts = paths.map(parsePath).filter((text) => text !== undefined);
  return [...paths.flatMap(findNameProblems), ...findTwins(texts)];
}

function toLine(file: ManifestFile): string {
  if (!/^[0-9a-f]{64}$/.test(file.sha256)) throw failure("INTERNAL", `expected a SHA-256, found "${file.sha256}"`);
  return `${file.sha256}  ${parsePath(file.path)}\n`;
}

/** The order of `LC_ALL=C sort`: UTF-16 would sort some emoji before other letters, a walk `a/b` before `a-b`. */
function sortByBytes<File extends ManifestFile>(files: readonly File[]): File[] {
  const keyed = files.map((file) => ({ file, key: toBinary(file.path) }));
  return keyed.sort((one, two) => (one.key < two.key ? -1 : 1)).map(({ file }) => file);
}
