import type { ObjectSource } from "./object-source.ts";

/** A directory that a repository's objects are fetched into. One fetch at a time. */
export interface Mirror extends ObjectSource {
  /** Makes the directory, and mends what a killed fetch left in it. */
  prepare(): Promise<void>;
  /**
   * Fetches a commit and its ancestors down to `depth`, with the trees of each at least.
   *
   * @throws GIT_UNREACHABLE, GIT_REFUSED, GIT_TOO_LARGE, LINK_HOST
   */
  fetchCommit(commit: string, depth: number): Promise<void>;
  /** Those of the blobs that are not here though their commit is. */
  findAbsent(oids: readonly string[]): Promise<readonly string[]>;
  /** Fetches blobs, all together. @throws as `fetchCommit` */
  fetchBlobs(oids: readonly string[]): Promise<void>;
}
