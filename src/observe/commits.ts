import { findMergeBase } from "../clients/git/merge-base.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import type { GithubClient } from "../clients/github.ts";
import { depths, findChain } from "./first-parents.ts";
import type { PullReading } from "./reading.ts";

/** The commits that a pull request is judged by; all are in the git cache afterwards. */
export interface PullCommits {
  /** The pull request's own, by the name that it has now. */
  readonly baseBranch: string;
  readonly head: string;
  /** What the head is compared with: the tip of the base branch, or what it was before the merge. */
  readonly base: string;
  readonly baseTip: string;
  readonly defaultTip: string;
  readonly mergeBases: MergeBases;
  readonly landed: string | undefined;
}

/** Reads the tips from git itself, and fetches as much history as the pull request has of its own. */
export async function observeCommits(
  pull: PullReading,
  { github, git }: { readonly github: GithubClient; readonly git: RemoteRepository },
): Promise<PullCommits> {
  const tips = await git.readBranches([pull.baseBranch, pull.defaultBranch]);
  const baseBranch = await findBaseBranch(pull, tips, git);
  const baseTip = tips.get(baseBranch) ?? pull.notedBase;
  const defaultTip = tips.get(pull.defaultBranch) ?? baseTip;
  const base = pull.state === "merged" ? pull.notedBase : baseTip;
  await git.ensureCommit(pull.head, pull.commits + 1);
  for (const commit of new Set([base, baseTip, defaultTip, ...(pull.landed ? [pull.landed] : [])])) {
    await git.ensureCommit(commit, 1);
  }
  const mergeBases = await observeMergeBases({ head: pull.head, base }, { github, git });
  return { baseBranch, head: pull.head, base, baseTip, defaultTip, mergeBases, landed: pull.landed };
}

/**
 * GitHub leaves a merged pull request the name that its base branch had. Where that is gone, and the commit landed on the
 * default branch itself, that is the same branch under another name. What was only merged into it along with another
 * branch landed there.
 */
async function findBaseBranch(
  { baseBranch, defaultBranch, landed }: PullReading,
  tips: ReadonlyMap<string, string>,
  git: RemoteRepository,
): Promise<string> {
  const defaultTip = tips.get(defaultBranch);
  if (tips.has(baseBranch) || landed === undefined || defaultTip === undefined) return baseBranch;
  const chain = await findChain(git, { head: defaultTip, tip: landed });
  return chain === undefined ? baseBranch : defaultBranch;
}

/** The best common ancestors of two commits. */
export interface MergeBases {
  readonly commits: readonly string[];
  /** False: GitHub named one, and there may be others that it did not name. */
  readonly isComplete: boolean;
}

export interface Pair {
  readonly head: string;
  readonly base: string;
}

export async function observeMergeBases(
  { head, base }: Pair,
  { github, git }: { readonly github: GithubClient; readonly git: RemoteRepository },
): Promise<MergeBases> {
  const found = await findMergeBase(git, { a: head, b: base });
  const commits = "bases" in found ? found.bases : [await github.readMergeBase(base, head)];
  for (const commit of commits) await git.ensureCommit(commit, 1);
  return { commits, isComplete: "bases" in found };
}

/** What git's own history says of merge bases, fetched as deep as it takes; as it was where that is too deep. */
export async function completeMergeBases(
  { head, base }: Pair,
  { git, known }: { readonly git: RemoteRepository; readonly known: MergeBases },
): Promise<MergeBases> {
  for (const depth of depths) {
    await git.ensureCommit(head, depth);
    await git.ensureCommit(base, depth);
    const found = await findMergeBase(git, { a: head, b: base });
    if ("shallow" in found) continue;
    for (const commit of found.bases) await git.ensureCommit(commit, 1);
    return { commits: found.bases, isComplete: true };
  }
  return known;
}
