import { CountersignError, failure, type Problem } from "../../errors.ts";
import { startBlobDigest } from "./blob-digest.ts";
import { assertWhole, type BlobHeader, type BlobWriter, type ObjectSource } from "./object-source.ts";

/** What the tree hash needs of a blob. `sha256` as 64 hex digits, `size` in bytes. */
export interface BlobHash {
  readonly sha256: string;
  readonly size: number;
  readonly isPointer: boolean;
  /** Of a blob that is wanted whole. */
  readonly content?: Uint8Array;
}

/**
 * What was hashed before, by object id. A preview may use it; what is signed, finalized or validated is hashed from the
 * bytes (protocol §2).
 */
export interface KnownBlobs {
  find(oids: readonly string[]): Promise<ReadonlyMap<string, BlobHash>>;
  keep(blobs: ReadonlyMap<string, BlobHash>): Promise<void>;
}

export interface HashedBlobs {
  readonly blobs: ReadonlyMap<string, BlobHash>;
  /** By the id of the object that cannot be hashed. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

/** Told the size of each blob, once, before its bytes are read; what it throws ends the reading. */
export type OnBlob = (header: Pick<BlobHeader, "oid" | "size">) => void;

export interface HashBlobOptions {
  readonly onBlob: OnBlob;
  readonly known?: KnownBlobs | undefined;
  /** Blobs whose content is asked for too. */
  readonly wanted?: ReadonlySet<string>;
}

/** So many broken objects are told; who sees them needs no more. */
const mostProblems = 100;

/**
 * Hashes each blob once, in pieces, and holds its bytes against its id. What cannot be hashed is told for each object.
 *
 * @throws GIT_OBJECT_ABSENT and other faults of the source; what `onBlob` throws
 */
export async function hashBlobs(
  source: ObjectSource,
  oids: readonly string[],
  { onBlob, known, wanted = new Set() }: HashBlobOptions,
): Promise<HashedBlobs> {
  const all = new Map(await known?.find(oids.filter((oid) => !wanted.has(oid))));
  const told = new Set<string>();
  const tell: OnBlob = ({ oid, size }) => {
    if (told.size !== told.add(oid).size) onBlob({ oid, size });
  };
  for (const [oid, { size }] of all) tell({ oid, size });
  const read = new Map<string, BlobHash>();
  const problems = new Map<string, readonly Problem[]>();
  for (let left = oids.filter((oid) => !all.has(oid)); left.length > 0; ) {
    const broken = await streamHashes(source, left, { onBlob: tell, read, wanted });
    if (broken === undefined) break;
    problems.set(broken.oid, broken.problems);
    if (problems.size === mostProblems) break;
    left = left.filter((oid) => !read.has(oid) && !problems.has(oid));
  }
  if (read.size > 0) await known?.keep(read);
  for (const [oid, blob] of read) all.set(oid, blob);
  // A file that a source passes over in silence would be missing from the hash.
  const missing = problems.size === 0 ? oids.find((oid) => !all.has(oid)) : undefined;
  if (missing !== undefined) throw failure("INTERNAL", `expected the bytes of ${missing}, found none`);
  return { blobs: all, problems };
}

interface Broken {
  readonly oid: string;
  readonly problems: readonly Problem[];
}

/** Answers the object that ended the reading, where it was one that is broken. */
async function streamHashes(
  source: ObjectSource,
  oids: readonly string[],
  { onBlob, read, wanted }: Required<Omit<HashBlobOptions, "known">> & { readonly read: Map<string, BlobHash> },
): Promise<Broken | undefined> {
  try {
    await source.streamBlobs(oids, (header) => {
      onBlob(header);
      const isWanted = wanted.has(header.oid);
      if (isWanted) assertWhole(header);
      return hashStream(header, { isWanted, done: (blob) => read.set(header.oid, blob) });
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof CountersignError) || !brokenCodes.has(error.code)) throw error;
    const oid = error.problems[0].subject;
    if (oid === undefined || !oids.includes(oid)) throw error;
    return { oid, problems: error.problems };
  }
}

const brokenCodes = new Set<string>(["TREE_OBJECT_MISMATCH", "TREE_MALFORMED"]);

function hashStream(
  { oid, type, size }: BlobHeader,
  { isWanted, done }: { readonly isWanted: boolean; readonly done: (blob: BlobHash) => void },
): BlobWriter {
  const digest = startBlobDigest({ type, size });
  const chunks: Uint8Array[] = [];
  return {
    write(chunk) {
      digest.write(chunk);
      if (isWanted) chunks.push(Buffer.from(chunk));
    },
    end() {
      const { oid: found, sha256, isPointer } = digest.end();
      const subject = oid;
      if (found !== oid)
        throw failure("TREE_OBJECT_MISMATCH", `expected object ${oid}, found bytes that hash to ${found}`, { subject });
      if (type !== "blob")
        throw failure("TREE_MALFORMED", `expected ${oid} to be a blob, found a ${type}`, { subject });
      done({ sha256, size, isPointer, ...(isWanted && { content: Buffer.concat(chunks) }) });
    },
  };
}
