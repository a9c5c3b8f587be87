import { CountersignError, failure } from "../../errors.ts";
import type { Bytes32 } from "../../protocol/hex.ts";
import { toPointerProblem } from "../../protocol/lfs-pointer.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { hashManifest } from "../../protocol/tree-hash.ts";
import {
  defaultTreeLimits,
  startListing,
  type TreeLimits,
  type TreeListing,
  toKindProblem,
} from "../../protocol/tree-listing.ts";
import { type HashedBlobs, hashBlobs, type KnownBlobs } from "./blob-hash.ts";
import type { ObjectSource } from "./object-source.ts";
import { createOpenSubmodule, type OpenRepository } from "./submodules.ts";
import { resolvePath } from "./tree-path.ts";
import { atPlace, type Holder, type ListedFile, listTree } from "./tree-walk.ts";

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
  /** By path, of the files whose content was asked for. */
  readonly contents?: ReadonlyMap<string, Uint8Array>;
}

export interface HashOptions {
  readonly commit: string;
  readonly path: string;
  readonly limits?: Partial<TreeLimits>;
  /** For a preview only: never for what is signed, finalized or validated (protocol §2). */
  readonly known?: KnownBlobs;
  /** The files whose content is wanted too. */
  readonly isWanted?: (path: string) => boolean;
  /** Absent: submodules are refused. */
  readonly submodules?: SubmoduleOptions;
}

export interface SubmoduleOptions extends Pick<Holder, "url" | "gitDirectory"> {
  readonly open: OpenRepository;
}

/**
 * The tree hash (protocol §2) of the directory at a commit. Every object is hashed against its id before use; blobs are
 * read in pieces.
 *
 * @throws every refusal of §2 at once; GIT_OBJECT_ABSENT, GIT_NOT_A_COMMIT
 */
export async function hashDirectory(source: ObjectSource, options: HashOptions): Promise<HashedDirectory> {
  const { commit, path, limits, submodules, isWanted } = options;
  const treeOid = await resolveDirectory(source, commit, path);
  const listing = startListing<ListedFile>({ ...defaultTreeLimits, ...limits });
  const holder = { source, commit, url: submodules?.url, gitDirectory: submodules?.gitDirectory };
  const root = { path: new Uint8Array(), ownPath: Buffer.from(path.replace(/\/$/, "")), oid: treeOid, holder };
  await listTree(root, { listing, openSubmodule: submodules && createOpenSubmodule(submodules.open) });
  const { hash, text, files } = hashManifest(await hashFiles(listing, options), listing.problems);
  const contents = new Map(files.flatMap(({ path, content }) => (content ? [[toText(path), content]] : [])));
  return { hash, treeOid, manifest: text, files: files.map(toHashedFile), ...(isWanted && { contents }) };
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

async function hashFiles(
  listing: TreeListing<ListedFile>,
  { known, isWanted = () => false }: Pick<HashOptions, "known" | "isWanted">,
) {
  const bySource = Map.groupBy(listing.files, ({ holder }) => holder.source);
  const hashed = new Map<ObjectSource, HashedBlobs>();
  for (const [source, files] of bySource) {
    const count = countIds(files);
    const onBlob = ({ oid, size }: { oid: string; size: number }) => listing.addBytes(size * (count.get(oid) ?? 1));
    const wanted = new Set(files.filter(({ path }) => isWanted(toText(path))).map(({ oid }) => oid));
    hashed.set(source, await hashBlobs(source, [...count.keys()], { onBlob, known, wanted }));
  }
  return listing.files.flatMap((file) => {
    const { blobs, problems } = hashed.get(file.holder.source) ?? {};
    for (const problem of problems?.get(file.oid) ?? []) listing.refuse(atPlace(problem, file.path));
    const blob = blobs?.get(file.oid);
    if (blob === undefined) return [];
    if (blob.isPointer) listing.refuse(toPointerProblem(file.path));
    const content = isWanted(toText(file.path)) ? blob.content : undefined;
    return [{ ...file, sha256: blob.sha256, size: blob.size, content }];
  });
}

function toText(path: Uint8Array): string {
  return Buffer.from(path).toString();
}

function countIds(files: readonly ListedFile[]): Map<string, number> {
  const count = new Map<string, number>();
  for (const { oid } of files) count.set(oid, (count.get(oid) ?? 0) + 1);
  return count;
}

function toHashedFile({ path, sha256, mode, size, oid }: ListedFile & Pick<HashedFile, "sha256" | "size">): HashedFile {
  return { path: toText(path), sha256, mode, size, oid };
}
