import { sha256 } from "ethers";
import { failure, type Problem } from "../errors.ts";
import { type BytePath, fromBytePath, toBytePath } from "./byte-path.ts";
import { type Bytes32, toBytes32 } from "./hex.ts";
import { findPathProblems } from "./path-problems.ts";
import { parsePath } from "./printable-path.ts";
import { toRefusal } from "./tree-listing.ts";

/** A regular file of the directory: the raw bytes of its path relative to it, the SHA-256 of its bytes as 64 hex digits. */
export interface ManifestFile {
  readonly path: Uint8Array;
  readonly sha256: string;
}

/** The tree hash, the lines that it is the SHA-256 of, and the files in the order of the lines. */
export interface Manifest<File> {
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
  if (first !== undefined) throw toRefusal([first, ...rest]);
  return hashChecked(files.map(toChecked));
}

/** A file whose path has none of the {@link findPathProblems}. */
export interface CheckedFile<File> {
  readonly file: File;
  readonly path: BytePath;
  /** The same as people read it. */
  readonly text: string;
  readonly sha256: string;
}

/** As {@link hashManifest}, where all paths were checked already. @throws TREE_EMPTY */
export function hashChecked<File>(files: readonly CheckedFile<File>[]): Manifest<File> {
  if (files.length === 0) throw failure("TREE_EMPTY", "expected at least one file, found none");
  // The order of `LC_ALL=C sort`: UTF-16 would sort some emoji before other letters, a walk `a/b` before `a-b`.
  const sorted = files.toSorted((one, two) => (one.path < two.path ? -1 : 1));
  const text = sorted.map(toLine).join("");
  return { hash: toBytes32(sha256(new TextEncoder().encode(text))), text, files: sorted.map(({ file }) => file) };
}

function toChecked<File extends ManifestFile>(file: File): CheckedFile<File> {
  const path = toBytePath(file.path);
  return { file, path, text: toText(path), sha256: file.sha256 };
}

function toLine({ text, sha256 }: CheckedFile<unknown>): string {
  if (sha256.length !== 64) throw failure("INTERNAL", `expected a SHA-256, found "${sha256}"`);
  return `${sha256}  ${text}\n`;
}

/** The path as people read it, which is UTF-8. */
export function toText(path: BytePath): string {
  return isAscii(path) ? path : String(parsePath(fromBytePath(path)));
}

export function isAscii(path: BytePath): boolean {
  return /^[\0-\x7f]*$/.test(path);
}
