import { CountersignError, failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { parseTree } from "../../protocol/git-tree.ts";
import { type GitObject, noteEnds, type ObjectSource, toObjectId } from "./object-source.ts";

export interface MendedSettings {
  /** As it is now: it may be another one after it was mended. */
  readonly source: () => ObjectSource;
  /** Whether this commit was fetched. What hangs on it is found out here. */
  readonly isFetched: (commit: string) => boolean;
  /** Fetches anew all that should be here. Called once. */
  readonly mend: () => Promise<void>;
}

/**
 * Reads a cache of our own, which a disk can spoil and another process can take away: what is broken, or not here though
 * something that is here names it, is read again after everything was fetched anew. Where that does not help, it is told.
 */
export function openMendedSource({ source, isFetched, mend }: MendedSettings): ObjectSource {
  /** Trees that commits and trees name which are here. */
  const expected = new Set<string>();
  let mended: Promise<void> | undefined;

  async function orMended<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (!isSpoiled(error)) throw error;
      mended ??= mend();
      await mended;
      return read();
    }
  }
  async function readExpected(oid: string): Promise<GitObject | undefined> {
    const object = await source().readObject(oid);
    if (object === undefined && !expected.has(oid) && !isFetched(oid)) return undefined;
    if (object === undefined) throw failure("GIT_OBJECT_ABSENT", `the repository lacks the object ${oid}`);
    if (toObjectId(object) !== oid)
      throw failure("TREE_OBJECT_MISMATCH", `expected object ${oid}, found other bytes`, { subject: oid });
    for (const tree of findTrees(object)) expected.add(tree);
    return object;
  }

  return {
    readObject: (oid) => orMended(() => readExpected(oid)),
    async streamBlobs(oids, open) {
      const ended = new Set<string>();
      await orMended(() =>
        source().streamBlobs(
          oids.filter((oid) => !ended.has(oid)),
          noteEnds(open, (oid) => ended.add(oid)),
        ),
      );
    },
  };
}

/** Whether it is the cache, and not the network or the object itself, that is to blame. */
export function isSpoiled(error: unknown): boolean {
  return error instanceof CountersignError && spoiledCodes.has(error.code);
}

const spoiledCodes = new Set<string>(["TREE_OBJECT_MISMATCH", "GIT_OBJECT_ABSENT"]);

/** What is malformed is for its readers to refuse. */
function findTrees({ type, bytes }: GitObject): readonly string[] {
  if (type === "commit") return [Buffer.from(bytes.subarray(5, 45)).toString("latin1")].filter(isObjectId);
  // A folder of so many files is read, and only not looked into twice.
  if (type !== "tree" || bytes.length > 256 * 1024) return [];
  try {
    return parseTree(bytes).flatMap(({ kind, oid }) => (kind === "directory" ? [oid] : []));
  } catch {
    return [];
  }
}
