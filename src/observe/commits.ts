import { findMergeBase } from "../clients/git/merge-base.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import type { GithubClient } from "../clients/github.ts";
import type { PullReading } from "./reading.ts";

/** The commits that a pull request is judged by; all are in the git cache afterwards. */
export interface PullCommits {
  readonly head: string;
  /** What the head is compared with: the tip of the base branch, or what it was before the merge. */
  readonly base: string;
  readonly baseTip: string;
  readonly defaultTip: string;
  /** Undefined where the two share no history. */
  readonly mergeBase: string | undefined;
  readonly landed: string | undefined;
}

/** Reads the tips from git itself, and fetches as much history as the pull request has of its own. */
export async function observeCommits(
  pull: PullReading,
  { github, git }: { readonly github: GithubClient; readonly git: RemoteRepository },
): Promise<PullCommits> {
  const tips = await git.readBranches([pull.baseBranch, pull.defaultBranch]);
  const baseTip = tips.get(pull.baseBranch) ?? pull.notedBase;
  const defaultTip = tips.get(pull.defaultBranch) ?? baseTip;
  const base = pull.state === "merged" ? pull.notedBase : baseTip;
  await git.ensureCommit(pull.head, pull.commits + 1);
  for (const commit of new Set([base, baseTip, defaultTip, ...(pull.landed ? [pull.landed] : [])])) {
    await git.ensureCommit(commit, 1);
  }
  const mergeBase = await observeMergeBase({ head: pull.head, base }, { github, git });
  if (mergeBase) await git.ensureCommit(mergeBase, 1);
  return { head: pull.head, base, baseTip, defaultTip, mergeBase, landed: pull.landed };
}

async function observeMergeBase(
  { head, base }: { head: string; base: string },
  { github, git }: { readonly github: GithubClient; readonly git: RemoteRepository },
): Promise<string | undefined> {
  const found = await findMergeBase(git, { a: head, b: base });
  return "bases" in found ? found.bases[0] : github.readMergeBase(base, head);
}
