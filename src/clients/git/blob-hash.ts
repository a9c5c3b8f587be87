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

export type OnBlob = (header: Pick<BlobHeader, "oid" | "size">) => void;

export interface HashBlobOptions {
  /** Told the size that a blob says it has, each time before its bytes are read. What it throws ends the reading. */
  readonly onBlob: OnBlob;
  /** Told the size of each blob, once, when it was found right: of what turns out broken nothing counts. */
  readonly onHashed?: OnBlob;
  readonly known?: KnownBlobs | undefined;
  /** Blobs whose content is asked for too. */
  readonly wanted?: ReadonlySet<string>;
}

/** So many broken objects are told, or those that were found in so many bytes; who sees them needs no more. */
const mostProblems = 100;
const mostLost = 4 * 1024 ** 3;

/**
 * Hashes each blob once, in pieces, and holds its bytes against its id. What cannot be hashed is told for each object.
 *
 * @throws GIT_OBJECT_ABSENT and other faults of the source; what `onBlob` throws
 */
export async function hashBlobs(
  source: ObjectSource,
  oids: readonly string[],
  { onBlob, onHashed = () => undefined, known, wanted = new Set() }: HashBlobOptions,
): Promise<HashedBlobs> {
  const found = (await known?.find(oids.filter((oid) => !wanted.has(oid)))) ?? new Map<string, BlobHash>();
  const unknown = oids.filter((oid) => !found.has(oid));
  const reading = startReading({ onBlob, onHashed, wanted });
  const problems = new Map<string, readonly Problem[]>();
  for (let left = unknown; left.length > 0; ) {
    const broken = await streamHashes(source, left, reading.open);
    if (broken === undefined) break;
    problems.set(broken.oid, broken.problems);
    if (problems.size === mostProblems || reading.lost() > mostLost) break;
    left = left.filter((oid) => !reading.blobs.has(oid) && !problems.has(oid));
  }
  const { blobs, contents } = reading;
  if (blobs.size > 0) await known?.keep(blobs);
  // A file that a source passes over in silence would be missing from the hash.
  const missing = problems.size === 0 ? unknown.find((oid) => !blobs.has(oid)) : undefined;
  if (missing !== undefined) throw failure("INTERNAL", `expected the bytes of ${missing}, found none`);
  return { find: (oid) => found.get(oid) ?? blobs.get(oid), contents, problems };
}

/** Takes blobs as they come; one may begin again, after it or another was broken. */
function startReading({ onBlob, onHashed, wanted }: Required<Omit<HashBlobOptions, "known">>) {
  const blobs = new Map<string, BlobHash>();
  const contents = new Map<string, Uint8Array>();
  let lost = 0;
  const open: OpenBlob = (header) => {
    const { oid } = header;
    onBlob(header);
    const chunks: Uint8Array[] | undefined = wanted.has(oid) ? [] : undefined;
    if (chunks) assertWhole(header);
    return hashStream(header, {
      onChunk(chunk) {
        lost += chunk.length;
        chunks?.push(Buffer.from(chunk));
      },
      onEnd(blob) {
        lost -= blob.size;
        if (!blobs.has(oid)) onHashed(header);
        blobs.set(oid, blob);
        if (chunks) contents.set(oid, Buffer.concat(chunks));
      },
    });
  };
  return { blobs, contents, open, lost: () => lost };
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
  { onChunk, onEnd }: { onChunk(chunk: Uint8Array): void; onEnd(blob: BlobHash): void },
): BlobWriter {
  const digest = startBlobDigest({ type, size });
  return {
    write(chunk) {
      digest.write(chunk);
      onChunk(chunk);
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
