import type { Comment, Pull, Reaction, Repository } from "../state.ts";
import { fullName, type World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";
import { toApp } from "./app.ts";
import { associationOf } from "./pull.ts";
import { repositoryUrl } from "./repository.ts";

const contents = ["+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket"];

export function toComment(world: World, repository: Repository, comment: Comment): Record<string, unknown> {
  const url = `${repositoryUrl(world, repository)}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("IssueComment", comment.id),
    url,
    html_url: `${world.origin}/${fullName(repository)}/pull/${comment.number}#issuecomment-${comment.id}`,
    issue_url: `${repositoryUrl(world, repository)}/issues/${comment.number}`,
    body: comment.body,
    user: toUser(world, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(comment.user, repository),
    performed_via_github_app: comment.app ? toApp(world, comment.app) : null,
    reactions: toRollup(url, comment.reactions),
  };
}

export function toReaction(world: World, reaction: Reaction): object {
  const { id, user, content, createdAt } = reaction;
  return { id, node_id: nodeId("Reaction", id), user: toUser(world, user), content, created_at: createdAt };
}

/** The pull request as the issue that it also is. */
export function toIssue(world: World, pull: Pull): object {
  const api = `${repositoryUrl(world, pull.repository)}/issues/${pull.number}`;
  const page = `${world.origin}/${fullName(pull.repository)}/pull/${pull.number}`;
  const { number, title, body, state, draft } = pull;
  return {
    ...{ number, title, body, state, draft },
    id: pull.id,
    node_id: nodeId("Issue", pull.id),
    url: api,
    html_url: page,
    repository_url: repositoryUrl(world, pull.repository),
    labels_url: `${api}/labels{/name}`,
    comments_url: `${api}/comments`,
    events_url: `${api}/events`,
    timeline_url: `${api}/timeline`,
    user: toUser(world, pull.user),
    labels: [...pull.labels].map((name) => toLabel(world, pull.repository, name)),
    locked: false,
    assignees: [],
    comments: [...pull.repository.comments.values()].filter((comment) => comment.number === number).length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: associationOf(pull.user, pull.repository),
    pull_request: {
      url: api.replace("/issues/", "/pulls/"),
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: pull.merged?.at ?? null,
    },
    reactions: toRollup(api, []),
  };
}

export function toLabel(world: World, repository: Repository, name: string): object {
  const url = `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(name)}`;
  return {
    id: repository.id,
    node_id: nodeId("Label", name),
    url,
    name,
    color: "ededed",
    default: false,
    description: null,
  };
}

function toRollup(url: string, reactions: readonly Reaction[]): object {
  const counts = contents.map((content) => [content, reactions.filter((one) => one.content === content).length]);
  return { url: `${url}/reactions`, total_count: reactions.length, ...Object.fromEntries(counts) };
}
