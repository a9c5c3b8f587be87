import type { GithubClient, GithubComment, GithubReview } from "../clients/github.ts";
import type { AppIdentity, EarlierProposal, Post, Pull } from "../facts.ts";
import { parseMarker } from "../protocol/approval-block.ts";
import { parseCommands } from "../protocol/command.ts";
import { type PostName, parseReplyMarker } from "../protocol/reply-marker.ts";
import { isTrusted, toSeconds } from "./reading.ts";
import { observeWriters } from "./writers.ts";

/** What was said on a pull request, in order of time, and what we said ourselves. */
export interface Conversation {
  readonly posts: readonly Post[];
  readonly sticky: { readonly id: number; readonly body: string; readonly url: string } | undefined;
  readonly earlier: readonly EarlierProposal[];
  readonly answered: readonly PostName[];
  /** Comments with commands that show no eyes yet. */
  readonly unseen: readonly Pick<Post, "id" | "createdAt">[];
}

export async function observeConversation(
  pull: Pick<Pull, "number" | "author" | "trusted" | "state">,
  { github, app }: { readonly github: GithubClient; readonly app: AppIdentity | undefined },
): Promise<Conversation> {
  const [comments, reviews] = await Promise.all([github.listComments(pull.number), github.listReviews(pull.number)]);
  const own = comments.filter((comment) => isOurs(comment, app));
  const others = comments.filter((comment) => !isApp(comment) && !own.includes(comment));
  const sticky = own.find(({ body }) => parseMarker(body ?? "") !== undefined);
  const posts = [
    ...others.map((comment) => toCommentPost(comment, pull)),
    ...reviews.flatMap((review) => (isSubmitted(review) ? [toReviewPost(review, pull)] : [])),
  ];
  const ordered = posts.toSorted((left, right) => left.createdAt - right.createdAt);
  const seen = new Set(others.filter(({ reactions }) => (reactions?.eyes ?? 0) > 0).map(({ id }) => id));
  return {
    posts: await observeWriters(ordered, { github, pull }),
    unseen: posts.filter(({ kind, id, commands }) => kind === "comment" && commands.length > 0 && !seen.has(id)),
    sticky: sticky && { id: sticky.id, body: sticky.body ?? "", url: sticky.html_url },
    earlier: sticky ? toEarlier(sticky.body ?? "") : [],
    answered: own.flatMap(({ body }) => parseReplyMarker(body ?? "") ?? []),
  };
}

/** The App's own posts. A person has no App: there the comment that a GitHub App keeps is taken, and only compared. */
function isOurs(comment: GithubComment, app: AppIdentity | undefined): boolean {
  const author = comment.performed_via_github_app?.id;
  if (app === undefined) return author !== undefined && parseMarker(comment.body ?? "") !== undefined;
  return author === app.id || (comment.user?.type === "Bot" && comment.user.login === `${app.slug}[bot]`);
}

/** What other Apps write is never a command: they quote people. */
function isApp(comment: GithubComment): boolean {
  return comment.user?.type === "Bot";
}

/** A review is a statement once submitted; dismissing it does not touch the signature in it (protocol §6). */
function isSubmitted({ state, user }: GithubReview): boolean {
  return state !== "PENDING" && user?.type !== "Bot";
}

function toCommentPost(comment: GithubComment, pull: Pick<Pull, "author">): Post {
  const { created_at: at, updated_at: changed } = comment;
  return { ...toPost(comment, { kind: "comment", at, pull }), changedAt: toSeconds(changed) };
}

function toReviewPost(review: GithubReview, pull: Pick<Pull, "author">): Post {
  const at = review.submitted_at ?? "1970-01-01T00:00:00Z";
  return { ...toPost(review, { kind: "review", at, pull }), changedAt: undefined };
}

type Posted = Pick<GithubComment, "id" | "html_url" | "user" | "author_association"> & { body?: string | null };

function toPost(
  posted: Posted,
  { kind, at, pull }: { kind: Post["kind"]; at: string; pull: Pick<Pull, "author"> },
): Omit<Post, "changedAt"> {
  const author = posted.user?.login ?? "ghost";
  return {
    id: posted.id,
    kind,
    url: posted.html_url,
    author,
    trusted: author === pull.author || isTrusted(posted.author_association),
    createdAt: toSeconds(at),
    commands: parseCommands(posted.body ?? ""),
  };
}

function toEarlier(body: string): EarlierProposal[] {
  const block = parseMarker(body);
  if (!block) return [];
  return [...block.proposals.map(({ digest }) => ({ digest, head: block.head })), ...block.earlier];
}
