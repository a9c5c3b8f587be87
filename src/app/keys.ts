import type { PullRef } from "../facts.ts";

/** An account that the App is installed on. */
export interface InstallationKey {
  readonly installationId: number;
}

/** A repository that the App is installed on. Known by its id, so that a rename loses nothing. */
export interface RepositoryKey extends InstallationKey {
  readonly repositoryId: number;
  readonly owner: string;
  readonly repository: string;
}

/** All that an event has to tell: which pull request to look at. */
export interface PullKey extends RepositoryKey, PullRef {
  /** Of a closed one that the sweep found: when it had last changed, as GitHub tells it. */
  readonly changedAt?: string;
  /** Of the same: the default branch and its configuration that it was found under. */
  readonly under?: string;
}

/** A commit whose pull requests to look at; where it is a branch's new tip, the open ones that it concerns too. */
export interface CommitKey extends RepositoryKey {
  readonly commit: string;
  readonly moved?: MovedBranch;
}

export interface MovedBranch {
  readonly branch: string;
  readonly defaultBranch: string;
}

/** Nothing but the key, of what holds more. */
export function toRepositoryKey({ installationId, repositoryId, owner, repository }: RepositoryKey): RepositoryKey {
  return { installationId, repositoryId, owner, repository };
}

/** A chain to look at, every so many seconds. */
export interface ChainKey {
  readonly chainId: number;
  readonly interval: number;
}
