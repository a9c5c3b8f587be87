import type { GithubPull } from "../clients/github.ts";
import type { Pull, PullRef } from "../facts.ts";

/** The pull request as GitHub tells it; the tips of its branches come from git. */
export type PullReading = Omit<Pull, "base" | "baseTip"> & {
  /** The base branch's tip as GitHub last noted it for this pull request: frozen by the merge. */
  readonly notedBase: string;
  /** How many commits the head is ahead: what has to be fetched to see where the directory last changed. */
  readonly commits: number;
};

export function toPullReading(data: GithubPull, ref: PullRef): PullReading {
  const { base, head } = data;
  return {
    owner: base.repo.owner.login,
    repository: base.repo.name,
    number: ref.number,
    repositoryId: base.repo.id,
    origin: new URL(base.repo.html_url).origin,
    url: data.html_url,
    author: data.user.login,
    trusted: isTrusted(data.author_association),
    state: data.merged ? "merged" : data.state === "open" ? "open" : "closed",
    defaultBranch: base.repo.default_branch,
    baseBranch: base.ref,
    head: head.sha,
    notedBase: base.sha,
    commits: data.commits,
    createdAt: toSeconds(data.created_at),
    ...(data.merged && data.merge_commit_sha && { landed: data.merge_commit_sha }),
    ...(data.merged_at && { mergedAt: toSeconds(data.merged_at) }),
  };
}

/** Whether GitHub calls somebody one of those who may write here. */
export function isTrusted(association = "NONE"): boolean {
  return ["OWNER", "MEMBER", "COLLABORATOR"].includes(association);
}

/** Unix time in seconds of GitHub's ISO 8601. */
export function toSeconds(iso: string): number {
  return Math.floor(Date.parse(iso) / 1000);
}
