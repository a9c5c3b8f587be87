import { createHash } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { failure } from "../errors.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { isLfsPointer, toPointerProblem } from "../protocol/lfs-pointer.ts";
import { hashManifest } from "../protocol/tree-hash.ts";
import {
  defaultTreeLimits,
  startListing,
  type TreeLimits,
  type TreeListing,
  toKindProblem,
} from "../protocol/tree-listing.ts";

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

type ListedPath = { readonly path: Uint8Array };

/**
 * The digest of protocol §2 over the files as they lie on this disk: what the coreutils line there prints. As there,
 * anything named exactly `.git`, at any level, is left out. Names keep their bytes, links are never followed. It equals the
 * hash of the commit only where the files are what git stores (no filters, no ignored files).
 *
 * @throws every refusal of §2 at once, and TREE_SPECIAL_FILE for pipes, sockets and devices
 */
export async function hashPlainDirectory(
  directory: string,
  options: { readonly limits?: Partial<TreeLimits> } = {},
): Promise<HashedPlainDirectory> {
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
  if (!found.isDirectory())
    throw failure("TREE_NOT_A_DIRECTORY", `expected a directory at "${directory}"`, { subject: directory });
}

async function listDirectory(
  directory: Buffer,
  walk: { readonly listing: TreeListing<ListedPath>; readonly prefix: Buffer },
): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true, encoding: "buffer" })) {
    if (entry.name.equals(Buffer.from(".git"))) continue;
    const path = Buffer.concat([walk.prefix, entry.name]);
    if (entry.isFile()) walk.listing.addFile(path, { path });
    else if (!entry.isDirectory()) walk.listing.refuse(toKindProblem(toKind(entry), path));
    else {
      walk.listing.addDirectory(path);
      const below = Buffer.concat([path, Buffer.from("/")]);
      await listDirectory(joinBytes(directory, entry.name), { ...walk, prefix: below });
    }
  }
}

function toKind(entry: Dirent<Buffer>): "symlink" | "special" {
  return entry.isSymbolicLink() ? "symlink" : "special";
}

async function hashFiles(directory: Buffer, listing: TreeListing<ListedPath>) {
  const files = [];
  for (const { path } of listing.files) {
    const file = await hashFile(joinBytes(directory, path));
    listing.addBytes(file.size);
    if (file.isPointer) listing.refuse(toPointerProblem(path));
    const { sha256, size, oid } = file;
    files.push({ path, sha256, size, oid });
  }
  return files;
}

async function hashFile(path: Buffer) {
  // A link that took the file's place since the listing is not followed.
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  const expected = (await file.stat()).size;
  const digest = createHash("sha256");
  const id = createHash("sha1").update(`blob ${expected}\0`);
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    digest.update(chunk);
    id.update(chunk);
    if (size < 1024) start = Buffer.concat([start, chunk]);
    size += chunk.length;
  }
  return { sha256: digest.digest("hex"), oid: id.digest("hex"), size, isPointer: isLfsPointer(start) };
}

function joinBytes(directory: Buffer, name: Uint8Array): Buffer {
  return Buffer.concat([directory, Buffer.from("/"), name]);
}
