import type { PullRef } from "../facts.ts";

/** A repository that the App is installed on. Known by its id, so that a rename loses nothing. */
export interface RepositoryKey {
  readonly installationId: number;
  readonly repositoryId: number;
  readonly owner: string;
  readonly repository: string;
}

/** All that an event has to tell: which pull request to look at. */
export type PullKey = RepositoryKey & PullRef;

/** A commit whose pull requests to look at; where it is a branch's new tip, the open ones that it concerns too. */
export interface CommitKey extends RepositoryKey {
  readonly commit: string;
  readonly moved?: MovedBranch;
}

export interface MovedBranch {
  readonly branch: string;
  readonly defaultBranch: string;
}

/** A chain to look at, every so many seconds. */
export interface ChainKey {
  readonly chainId: number;
  readonly interval: number;
}
