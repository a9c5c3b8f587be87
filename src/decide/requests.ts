import type { Post, Pull, PullFacts } from "../facts.ts";

/**
 * Who may propose anew, which voids approvals, and who may withdraw: whoever may write to the repository; and the author,
 * who could as well push or close, until the merge (docs/permissions.md). What he edits afterwards counts no more. A review's
 * edits have no time, so that one of his never counts by itself: one that did until the merge would move the deadline at it.
 */
export function mayDecide({ canWrite, changedAt, ...post }: Post, { author, mergedAt }: Pull): boolean {
  const isInTime = changedAt !== undefined && (mergedAt === undefined || changedAt <= mergedAt);
  return canWrite === true || (post.author === author && isInTime);
}

/** The last word of those who may, for or against going on; undefined where nobody said any. */
export function findRequest({ posts, pull }: PullFacts) {
  return posts
    .filter((post) => mayDecide(post, pull))
    .flatMap((post) => post.commands.map(({ kind }) => ({ kind, post })))
    .findLast(({ kind }) => kind === "propose" || kind === "withdraw");
}

/** The opening of the pull request, or the latest `/countersign propose` by someone allowed, plus the term (§5). */
export function deadlineOf({ pull, posts, policy }: PullFacts): number {
  const proposed = posts
    .filter((post) => post.commands.some(({ kind }) => kind === "propose") && mayDecide(post, pull))
    .map((post) => post.createdAt);
  const term = policy.kind === "valid" ? policy.policy.term : 0;
  return Math.max(pull.createdAt, ...proposed) + term;
}
