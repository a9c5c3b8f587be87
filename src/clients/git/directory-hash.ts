import { createHash } from "node:crypto";
import { CountersignError, failure } from "../../errors.ts";
import type { Bytes32 } from "../../protocol/hex.ts";
import { isLfsPointer, toPointerProblem } from "../../protocol/lfs-pointer.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { hashManifest } from "../../protocol/tree-hash.ts";
import {
  defaultTreeLimits,
  startListing,
  type TreeLimits,
  type TreeListing,
  toKindProblem,
} from "../../protocol/tree-listing.ts";
import { type ObjectSource, readBytes, readTree } from "./object-source.ts";
import { resolvePath } from "./tree-path.ts";

/** A file as git stores it. `path` is relative to the directory, `sha256` 64 hex digits, `size` in bytes. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
  readonly mode: string;
  readonly size: number;
  readonly oid: string;
}

export interface HashedDirectory {
  /** The tree hash: what signers sign. */
  readonly hash: Bytes32;
  /** The git id of the directory: equal ids, equal directories. */
  readonly treeOid: string;
  /** In the order of the manifest. */
  readonly files: readonly HashedFile[];
  /** The lines that `hash` is the SHA-256 of. */
  readonly manifest: string;
}

interface ListedFile {
  readonly path: Uint8Array;
  readonly mode: string;
  readonly oid: string;
}

/**
 * The tree hash (protocol §2) of the directory at a commit. Every object is hashed against its id before use; blobs are
 * read one at a time.
 *
 * @throws every refusal of §2 at once; GIT_OBJECT_ABSENT, GIT_NOT_A_COMMIT
 */
export async function hashDirectory(
  source: ObjectSource,
  at: { readonly commit: string; readonly path: string; readonly limits?: Partial<TreeLimits> },
): Promise<HashedDirectory> {
  const treeOid = await resolveDirectory(source, at.commit, at.path);
  const listing = startListing<ListedFile>({ ...defaultTreeLimits, ...at.limits });
  await listTree(treeOid, { source, listing, prefix: new Uint8Array(), trees: new Map() });
  const { hash, text, files } = hashManifest(await hashBlobs(source, listing), listing.problems);
  return {
    hash,
    treeOid,
    manifest: text,
    files: files.map((file) => ({ ...file, path: Buffer.from(file.path).toString() })),
  };
}

async function resolveDirectory(source: ObjectSource, commit: string, path: string): Promise<string> {
  const entry = await resolvePath(source, commit, path);
  const subject = toPrintablePath(path);
  if (entry === undefined)
    throw failure("TREE_ABSENT", `expected a directory at "${subject}", found none`, { subject });
  if (entry.kind === "directory") return entry.oid;
  if (entry.kind === "unknown") throw new CountersignError(toKindProblem("unknown", Buffer.from(path)));
  throw failure("TREE_NOT_A_DIRECTORY", `expected a directory at "${subject}", found a ${entry.kind}`, { subject });
}

interface Walk {
  readonly source: ObjectSource;
  readonly listing: TreeListing<ListedFile>;
  readonly prefix: Uint8Array;
  /** Trees read already: one that is named a million times is read once. */
  readonly trees: Map<string, ReturnType<typeof readTree>>;
}

async function listTree(oid: string, walk: Walk): Promise<void> {
  const entries = walk.trees.get(oid) ?? readTree(walk.source, oid);
  walk.trees.set(oid, entries);
  for (const entry of await orRefuse(entries, walk)) {
    const path = Buffer.concat([walk.prefix, entry.name]);
    if (entry.kind === "file") walk.listing.addFile(path, { path, mode: entry.mode, oid: entry.oid });
    else if (entry.kind !== "directory") walk.listing.refuse(toKindProblem(entry.kind, path));
    else {
      walk.listing.addDirectory(path);
      await listTree(entry.oid, { ...walk, prefix: Buffer.concat([path, Buffer.from("/")]) });
    }
  }
}

/** A broken tree is one problem among others, so that all are told at once; a missing one ends the walk. */
async function orRefuse<T>(entries: Promise<T[]>, { listing, prefix }: Pick<Walk, "listing" | "prefix">): Promise<T[]> {
  try {
    return await entries;
  } catch (error) {
    if (!(error instanceof CountersignError) || error.kind !== "refusal") throw error;
    const place = toPrintablePath(prefix);
    for (const problem of error.problems)
      listing.refuse({ ...problem, message: place === "" ? problem.message : `${problem.message} (in "${place}")` });
    return [];
  }
}

async function hashBlobs(source: ObjectSource, listing: TreeListing<ListedFile>) {
  const blobs = new Map<string, Awaited<ReturnType<typeof hashBlob>>>();
  const files = [];
  for (const file of listing.files) {
    const [blob] = await orRefuse(
      hashOnce(file.oid).then((found) => [found]),
      { listing, prefix: file.path },
    );
    if (blob === undefined) continue;
    listing.addBytes(blob.size);
    if (blob.isPointer) listing.refuse(toPointerProblem(file.path));
    files.push({ ...file, sha256: blob.sha256, size: blob.size });
  }
  return files;

  async function hashOnce(oid: string) {
    const blob = blobs.get(oid) ?? (await hashBlob(source, oid));
    blobs.set(oid, blob);
    return blob;
  }
}

async function hashBlob(source: ObjectSource, oid: string) {
  const bytes = await readBytes(source, oid, "blob");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { sha256, size: bytes.length, isPointer: isLfsPointer(bytes) };
}
