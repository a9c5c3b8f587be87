import type { Post, Pull, PullFacts } from "../facts.ts";

/**
 * Who may propose anew, which voids approvals, and who may withdraw: whoever may write to the repository; and the author,
 * who could as well push or close, until the merge (docs/permissions.md).
 */
export function mayDecide(post: Post, { author, mergedAt = Number.POSITIVE_INFINITY }: Pull): boolean {
  return post.canWrite === true || (post.author === author && post.createdAt <= mergedAt);
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
