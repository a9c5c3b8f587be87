import { hasRole } from "../actor.ts";
import { type Call, type Endpoints, listed, ok } from "../endpoint.ts";
import { emitReview } from "../pull-moves.ts";
import { found, mustBeAdmin, unprocessable } from "../refusal.ts";
import { toReview } from "../shapes/review.ts";
import type { Pull, Review } from "../state.ts";
import { timestamp } from "../world.ts";
import { pullNumbered } from "./pulls.ts";

type Ids =
  | "pulls/list-reviews"
  | "pulls/get-review"
  | "pulls/create-review"
  | "pulls/update-review"
  | "pulls/submit-review"
  | "pulls/dismiss-review"
  | "pulls/delete-pending-review";

type Verdict = "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
const states = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

export const reviews: Pick<Endpoints, Ids> = {
  "pulls/list-reviews": {
    app: "pull_requests:read",
    answer: ({ pull_number }, { world, repository, actor }) => {
      const pull = pullNumbered(repository, pull_number);
      const isShown = ({ state, user }: Review) =>
        state !== "PENDING" || (actor.kind === "user" && actor.account === user);
      return listed(pull.reviews.filter(isShown), (review) => toReview(world, pull, review));
    },
  },
  "pulls/get-review": {
    app: "pull_requests:read",
    answer: ({ pull_number, review_id }, { world, repository }) => {
      const { pull, review } = find(pullNumbered(repository, pull_number), review_id);
      return ok(toReview(world, pull, review));
    },
  },
  "pulls/create-review": {
    app: "pull_requests:write",
    role: "read",
    answer: async ({ pull_number, body, event, commit_id }, call) => {
      const pull = pullNumbered(call.repository, pull_number);
      const review: Review = {
        id: call.world.nextId(),
        user: call.sender,
        commit: commit_id ?? pull.head.sha,
        body: body ?? "",
        state: "PENDING",
        submittedAt: undefined,
      };
      if (event !== undefined) assertMay(call, pull, { event, body: review.body });
      pull.reviews.push(review);
      if (event !== undefined) await submit(call, pull, { review, event });
      return ok(toReview(call.world, pull, review));
    },
  },
  "pulls/update-review": {
    app: "pull_requests:write",
    role: "read",
    answer: async ({ pull_number, review_id, body }, call) => {
      const { pull, review } = find(pullNumbered(call.repository, pull_number), review_id);
      if (review.user !== call.sender) throw mustBeAdmin();
      const payload = { changes: { body: { from: review.body } } };
      review.body = body;
      if (review.state !== "PENDING")
        await emitReview(call, pull, { id: "pull-request-review/edited", sender: call.sender, review, payload });
      return ok(toReview(call.world, pull, review));
    },
  },
  "pulls/submit-review": {
    app: "pull_requests:write",
    role: "read",
    answer: async ({ pull_number, review_id, body, event }, call) => {
      const { pull, review } = find(pullNumbered(call.repository, pull_number), review_id);
      assertMay(call, pull, { event, body: body ?? review.body });
      review.body = body ?? review.body;
      await submit(call, pull, { review, event });
      return ok(toReview(call.world, pull, review));
    },
  },
  "pulls/dismiss-review": {
    app: "pull_requests:write",
    role: "write",
    answer: async ({ pull_number, review_id }, call) => {
      const { pull, review } = find(pullNumbered(call.repository, pull_number), review_id);
      if (review.state === "PENDING" || review.state === "COMMENTED")
        throw unprocessable("Can not dismiss a commented pull request review");
      review.state = "DISMISSED";
      await emitReview(call, pull, { id: "pull-request-review/dismissed", sender: call.sender, review });
      return ok(toReview(call.world, pull, review));
    },
  },
  "pulls/delete-pending-review": {
    app: "pull_requests:write",
    role: "read",
    answer: ({ pull_number, review_id }, call) => {
      const { pull, review } = find(pullNumbered(call.repository, pull_number), review_id);
      if (review.state !== "PENDING" || review.user !== call.sender)
        throw unprocessable("Can not delete a non-pending pull request review");
      pull.reviews.splice(pull.reviews.indexOf(review), 1);
      return ok(toReview(call.world, pull, review));
    },
  },
};

function find(pull: Pull, id: number): { pull: Pull; review: Review } {
  return { pull, review: found(pull.reviews.find((review) => review.id === Number(id))) };
}

function assertMay(call: Call, pull: Pull, { event, body }: { event: Verdict; body: string }): void {
  const isAuthor = pull.user === call.sender;
  if (isAuthor && event === "APPROVE") throw unprocessable("Can not approve your own pull request");
  if (isAuthor && event === "REQUEST_CHANGES") throw unprocessable("Can not request changes on your own pull request");
  if (event !== "APPROVE" && body === "") throw unprocessable("Body can't be blank");
}

async function submit(call: Call, pull: Pull, { review, event }: { review: Review; event: Verdict }): Promise<void> {
  review.state = states[event];
  review.submittedAt = pull.updatedAt = timestamp(call.world);
  await emitReview(call, pull, { id: "pull-request-review/submitted", sender: call.sender, review });
}

/** Those whose last verdict counts for branch protection: approvals of people who may write. */
export function approvalsOf(pull: Pull): number {
  const verdicts = new Map<number, Review["state"]>();
  for (const { user, state } of pull.reviews) {
    if (state !== "COMMENTED" && state !== "PENDING" && hasRole(user, pull.repository, "write"))
      verdicts.set(user.id, state);
  }
  return [...verdicts.values()].filter((state) => state === "APPROVED").length;
}
