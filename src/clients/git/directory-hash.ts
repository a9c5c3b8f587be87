import { CountersignError, failure } from "../../errors.ts";
import { fromBytePath, toBytePath } from "../../protocol/byte-path.ts";
import type { Bytes32 } from "../../protocol/hex.ts";
import { toPointerProblem } from "../../protocol/lfs-pointer.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { type CheckedFile, hashChecked, hashManifest, type Manifest } from "../../protocol/tree-hash.ts";
import {
  defaultTreeLimits,
  startListing,
  type TreeLimits,
  type TreeListing,
  toKindProblem,
} from "../../protocol/tree-listing.ts";
import { type HashedBlobs, hashBlobs, type OnBlob } from "./blob-hash.ts";
import type { ObjectSource } from "./object-source.ts";
import type { Remembered } from "./remembered.ts";
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
  readonly remembered?: Remembered;
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
  const ownPath = toBytePath(Buffer.from(path.replace(/\/$/, "")));
  const openSubmodule = submodules && createOpenSubmodule(submodules.open);
  const { arePlain } = await listTree(
    { path: "", ownPath, isAscii: true, oid: treeOid, holder },
    { listing, openSubmodule, trees: options.remembered?.trees },
  );
  const hashed = await hashFiles(listing, options);
  const { hash, text, files } =
    arePlain && listing.problems.length === 0 ? hashChecked(hashed) : hashAny(hashed, listing);
  const whole = { hash, treeOid, manifest: text, files: files.map(({ file }) => file) };
  if (!isWanted) return whole;
  return { ...whole, contents: new Map(files.flatMap(({ file, content }) => (content ? [[file.path, content]] : []))) };
}

/** The slow way, which finds and tells what is wrong. */
function hashAny(files: readonly CheckedFile<FoundFile>[], { problems }: TreeListing<ListedFile>): Manifest<FoundFile> {
  const listed = files.map(({ file, path, sha256 }) => ({ file, path: fromBytePath(path), sha256 }));
  const { files: sorted, ...manifest } = hashManifest(listed, problems);
  return { ...manifest, files: sorted.map(({ file }) => file) };
}

async function resolveDirectory(source: ObjectSource, commit: string, path: string): Promise<string> {
  const entry = await resolvePath(source, commit, path);
  const subject = toPrintablePath(path);
  if (entry === undefined)
    throw failure("TREE_ABSENT", `expected a directory at "${subject}", found none`, { subject });
  if (entry.kind === "directory") return entry.oid;
  if (entry.kind === "unknown") throw new CountersignError(toKindProblem("unknown", toBytePath(Buffer.from(path))));
  throw failure("TREE_NOT_A_DIRECTORY", `expected a directory at "${subject}", found a ${entry.kind}`, { subject });
}

interface FoundFile {
  readonly file: HashedFile;
  readonly content: Uint8Array | undefined;
}

async function hashFiles(
  listing: TreeListing<ListedFile>,
  { remembered, isWanted }: Pick<HashOptions, "remembered" | "isWanted">,
): Promise<CheckedFile<FoundFile>[]> {
  const hashed = new Map<ObjectSource, HashedBlobs>();
  const sizes = new Map<string, number>();
  let seen = 0;
  // Before their bytes are read; counted for every file they are counted below.
  const onBlob: OnBlob = ({ oid, size }) => {
    if (sizes.has(oid) || seen + size <= listing.limits.bytes) return;
    const known = new Map(sizes).set(oid, size);
    let total = 0;
    for (const file of listing.files) {
      total += known.get(file.oid) ?? 0;
      listing.assertBytes(total, file.path);
    }
  };
  const onHashed: OnBlob = ({ oid, size }) => {
    sizes.set(oid, size);
    seen += size;
  };
  for (const [source, files] of Map.groupBy(listing.files, ({ holder }) => holder.source)) {
    const oids = [...new Set(files.map(({ oid }) => oid))];
    const wanted = new Set(isWanted && files.filter(({ text }) => isWanted(text)).map(({ oid }) => oid));
    hashed.set(source, await hashBlobs(source, oids, { onBlob, onHashed, known: remembered?.blobs, wanted }));
  }
  return listing.files.flatMap((listed) =>
    toFound(listed, { listing, blobs: hashed.get(listed.holder.source), isWanted }),
  );
}

function toFound(
  { path: bytePath, text: path, mode, oid }: ListedFile,
  {
    listing,
    blobs,
    isWanted,
  }: { listing: TreeListing<ListedFile>; blobs: HashedBlobs | undefined; isWanted: HashOptions["isWanted"] },
): CheckedFile<FoundFile> | readonly [] {
  const blob = blobs?.find(oid);
  if (blob === undefined) {
    for (const problem of blobs?.problems.get(oid) ?? []) listing.refuse(atPlace(problem, bytePath));
    return [];
  }
  listing.addBytes(blob.size, bytePath);
  if (blob.isPointer) listing.refuse(toPointerProblem(bytePath));
  const content = isWanted?.(path) ? blobs?.contents.get(oid) : undefined;
  const { sha256, size } = blob;
  return { file: { file: { path, sha256, mode, size, oid }, content }, path: bytePath, text: path, sha256 };
}
