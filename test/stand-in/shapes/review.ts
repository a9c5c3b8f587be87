import type { Pull, Review } from "../state.ts";
import { fullName, type World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";
import { associationOf } from "./pull.ts";
import { repositoryUrl } from "./repository.ts";

export function toReview(world: World, pull: Pull, review: Review): Record<string, unknown> {
  const html = `${world.origin}/${fullName(pull.repository)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const api = `${repositoryUrl(world, pull.repository)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId("Review", review.id),
    user: toUser(world, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: api,
    _links: { html: { href: html }, pull_request: { href: api } },
    submitted_at: review.submittedAt,
    commit_id: review.commit,
    author_association: associationOf(review.user, pull.repository),
  };
}

/** As webhooks have it: the state in lower case. */
export function toDeliveredReview(world: World, pull: Pull, review: Review): object {
  return {
    ...toReview(world, pull, review),
    body: review.body || null,
    state: review.state.toLowerCase(),
    updated_at: review.submittedAt,
  };
}
