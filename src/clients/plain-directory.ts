import { closeSync, constants, type Dirent, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { CountersignError, failure } from "../errors.ts";
import { fromBytePath, toBytePath } from "../protocol/byte-path.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { toPointerProblem } from "../protocol/lfs-pointer.ts";
import { hashManifest } from "../protocol/tree-hash.ts";
import {
  defaultTreeLimits,
  type ListedPath,
  startListing,
  type TreeLimits,
  type TreeListing,
  toKindProblem,
} from "../protocol/tree-listing.ts";
import { startBlobDigest } from "./git/blob-digest.ts";

/** As a hashed git directory, without what only git knows. `sha256` is 64 hex digits, `size` in bytes. */
export interface HashedPlainDirectory {
  readonly hash: Bytes32;
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string;
    readonly size: number;
    /** What git would call a blob of these bytes. */
    readonly oid: string;
  }[];
  readonly manifest: string;
}

/**
 * The digest of protocol §2 over the files as they lie on this disk: what the coreutils line there prints. As there,
 * anything named exactly `.git`, at any level, is left out. Names keep their bytes, links are never followed. It equals the
 * hash of the commit only where the files are what git stores (no filters, no ignored files).
 *
 * @throws every refusal of §2 at once, and TREE_SPECIAL_FILE for pipes, sockets and devices
 */
export async function hashPlainDirectory(
  path: string,
  options: { readonly limits?: Partial<TreeLimits> } = {},
): Promise<HashedPlainDirectory> {
  // With a slash at its end, the system would follow a link.
  const directory = path.replace(/(?<=.)(?:\/\.?)+$/s, "");
  await assertDirectory(directory);
  const listing = startListing<ListedPath>({ ...defaultTreeLimits, ...options.limits });
  await listDirectory(Buffer.from(directory), { listing, prefix: Buffer.alloc(0) });
  const { hash, text, files } = hashManifest(await hashFiles(Buffer.from(directory), listing), listing.problems);
  return { hash, manifest: text, files: files.map((file) => ({ ...file, path: Buffer.from(file.path).toString() })) };
}

async function assertDirectory(directory: string): Promise<void> {
  const found = await lstat(directory).catch((cause) => {
    throw failure("TREE_ABSENT", `expected a directory at "${directory}", found none`, { cause, subject: directory });
  });
  if (found.isDirectory()) return;
  const message = `expected a directory at "${directory}", found ${toWords(found)}`;
  throw failure("TREE_NOT_A_DIRECTORY", message, { subject: directory });
}

function toWords(found: Stats): string {
  if (found.isSymbolicLink()) return "a symbolic link";
  return found.isFile() ? "a file" : "a device, pipe or socket";
}

async function listDirectory(
  directory: Buffer,
  walk: { readonly listing: TreeListing<ListedPath>; readonly prefix: Buffer },
): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: "buffer" })) {
    if (entry.name.equals(Buffer.from(".git"))) continue;
    const path = Buffer.concat([walk.prefix, entry.name]);
    if (entry.isFile()) walk.listing.addFile({ path: toBytePath(path) });
    else if (!entry.isDirectory()) walk.listing.refuse(toKindProblem(toKind(entry), toBytePath(path)));
    else {
      walk.listing.addDirectory(toBytePath(path));
      const below = Buffer.concat([path, Buffer.from("/")]);
      await listDirectory(joinBytes(directory, entry.name), { ...walk, prefix: below });
    }
  }
}

function toKind(entry: Dirent<Buffer>): "symlink" | "special" {
  return entry.isSymbolicLink() ? "symlink" : "special";
}

/** Milliseconds after which others get their turn: a spinner, a signal. */
const turn = 20;

/** Read one after the other by calls that wait: with many small files that is ten times as fast. */
async function hashFiles(directory: Buffer, listing: TreeListing<ListedPath>) {
  const files = [];
  let since = performance.now();
  for (const { path: bytePath } of listing.files) {
    const path = fromBytePath(bytePath);
    const { isPointer, ...file } = hashFile(joinBytes(directory, path), (count) => listing.addBytes(count, bytePath));
    if (isPointer) listing.refuse(toPointerProblem(bytePath));
    files.push({ path, ...file });
    if (performance.now() - since < turn) continue;
    await setImmediate();
    since = performance.now();
  }
  return files;
}

const buffer = Buffer.allocUnsafeSlow(1024 ** 2);

function hashFile(path: Buffer, onBytes: (count: number) => void) {
  // Something else may have taken its place since the listing: a link is not followed, a pipe not waited for.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new CountersignError(toKindProblem("special", toBytePath(path)));
    const { size } = found;
    const digest = startBlobDigest({ type: "blob", size });
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      onBytes(count);
      digest.write(buffer.subarray(0, count));
    }
    return { size, ...digest.end() };
  } finally {
    closeSync(file);
  }
}

function joinBytes(directory: Buffer, name: Uint8Array): Buffer {
  return Buffer.concat([directory, Buffer.from("/"), name]);
}
