import { CountersignError, failure, type Problem } from "../../errors.ts";
import { startBlobDigest } from "./blob-digest.ts";
import { assertWhole, type BlobHeader, type BlobWriter, type ObjectSource, type OpenBlob } from "./object-source.ts";

/** What the tree hash needs of a blob. `sha256` as 64 hex digits, `size` in bytes. */
export interface BlobHash {
  readonly sha256: string;
  readonly size: number;
  readonly isPointer: boolean;
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
  find(oid: string): BlobHash | undefined;
  /** Of those that were wanted, by id. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  /** By the id of the object that cannot be hashed. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
}

/**
 * Told the size of each blob, once, before its bytes are read; where another copy of it says another size, the difference.
 * What it throws ends the reading.
 */
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
  const found = (await known?.find(oids.filter((oid) => !wanted.has(oid)))) ?? new Map<string, BlobHash>();
  const unknown = oids.filter((oid) => !found.has(oid));
  const reading = startReading(onBlob, wanted);
  const problems = new Map<string, readonly Problem[]>();
  for (let left = unknown; left.length > 0; ) {
    const broken = await streamHashes(source, left, reading.open);
    if (broken === undefined) break;
    problems.set(broken.oid, broken.problems);
    if (problems.size === mostProblems) break;
    left = left.filter((oid) => !reading.blobs.has(oid) && !problems.has(oid));
  }
  const { blobs, contents } = reading;
  if (blobs.size > 0) await known?.keep(blobs);
  // A file that a source passes over in silence would be missing from the hash.
  const missing = problems.size === 0 ? unknown.find((oid) => !blobs.has(oid)) : undefined;
  if (missing !== undefined) throw failure("INTERNAL", `expected the bytes of ${missing}, found none`);
  return { find: (oid) => found.get(oid) ?? blobs.get(oid), contents, problems };
}

/** Takes blobs as they come; one that begins again, after another was broken, is told once. */
function startReading(onBlob: OnBlob, wanted: ReadonlySet<string>) {
  const blobs = new Map<string, BlobHash>();
  const contents = new Map<string, Uint8Array>();
  const told = new Map<string, number>();
  const open: OpenBlob = (header) => {
    const { oid } = header;
    const before = told.get(oid);
    if (before !== header.size) onBlob({ oid, size: header.size - (before ?? 0) });
    told.set(oid, header.size);
    const chunks: Uint8Array[] | undefined = wanted.has(oid) ? [] : undefined;
    if (chunks) assertWhole(header);
    return hashStream(header, {
      onChunk: chunks && ((chunk) => void chunks.push(Buffer.from(chunk))),
      onEnd(blob) {
        blobs.set(oid, blob);
        if (chunks) contents.set(oid, Buffer.concat(chunks));
      },
    });
  };
  return { blobs, contents, open };
}

interface Broken {
  readonly oid: string;
  readonly problems: readonly Problem[];
}

/** Answers the object that ended the reading, where it was one that is broken. */
async function streamHashes(
  source: ObjectSource,
  oids: readonly string[],
  open: OpenBlob,
): Promise<Broken | undefined> {
  try {
    await source.streamBlobs(oids, open);
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
  { onChunk, onEnd }: { readonly onChunk: ((chunk: Uint8Array) => void) | undefined; onEnd(blob: BlobHash): void },
): BlobWriter {
  const digest = startBlobDigest({ type, size });
  return {
    write(chunk) {
      digest.write(chunk);
      onChunk?.(chunk);
    },
    end() {
      const { oid: found, sha256, isPointer } = digest.end();
      const subject = oid;
      if (found !== oid)
        throw failure("TREE_OBJECT_MISMATCH", `expected object ${oid}, found bytes that hash to ${found}`, { subject });
      if (type !== "blob")
        throw failure("TREE_MALFORMED", `expected ${oid} to be a blob, found a ${type}`, { subject });
      onEnd({ sha256, size, isPointer });
    },
  };
}
