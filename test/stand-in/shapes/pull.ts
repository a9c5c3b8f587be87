import { commitsBetween } from "../git/bare.ts";
import { readChanges } from "../git/changes.ts";
import { mergeBase } from "../git/reading.ts";
import type { Account, Pull, Repository } from "../state.ts";
import { fullName, type World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";
import { toLabel } from "./comment.ts";
import { repositoryUrl, toRepository } from "./repository.ts";

/** As lists have it. */
export function toPull(world: World, pull: Pull): Record<string, unknown> {
  const [api, page] = [repositoryUrl(world, pull.repository), `${world.origin}/${fullName(pull.repository)}`];
  const links = toLinks(api, page, pull);
  return {
    ...links.urls,
    _links: links.links,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: toUser(world, pull.user),
    body: pull.body,
    labels: [...pull.labels].map((name) => toLabel(world, pull.repository, name)),
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.merged?.at,
    merge_commit_sha: pull.merged?.sha ?? pull.testMerge?.sha,
    author_association: associationOf(pull.user, pull.repository),
    draft: pull.draft,
    head: toSide(world, { ...pull.head, account: pull.head.owner }),
    base: toSide(world, { ...pull.base, account: pull.repository.owner, repository: pull.repository }),
  };
}

/** As it is shown alone: with what has to be counted and tried. */
export async function toFullPull(
  world: World,
  pull: Pull,
  mergeable: boolean | null,
): Promise<Record<string, unknown>> {
  const { git, comments } = pull.repository;
  const base = await mergeBase(git, pull.base.sha, pull.head.sha);
  const changes = await readChanges(git, base, pull.head.sha);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    ...toPull(world, pull),
    merged: pull.merged !== undefined,
    merged_by: pull.merged && toUser(world, pull.merged.by),
    mergeable,
    mergeable_state: mergeable === null ? "unknown" : mergeable ? "clean" : "dirty",
    rebaseable: mergeable,
    maintainer_can_modify: false,
    comments: [...comments.values()].filter(({ number }) => number === pull.number).length,
    review_comments: 0,
    commits: (await commitsBetween(git, base, pull.head.sha)).length,
    changed_files: changes.length,
    additions: sum(changes.map((change) => change.additions)),
    deletions: sum(changes.map((change) => change.deletions)),
  };
}

export function associationOf(account: Account, repository: Repository): string {
  if (account.id === repository.owner.id) return "OWNER";
  if (repository.owner.owners.has(account.id)) return "MEMBER";
  return repository.collaborators.has(account.id) ? "COLLABORATOR" : "NONE";
}

function toSide(
  world: World,
  side: { ref: string; sha: string; account: Account; repository: Repository | undefined },
) {
  return {
    label: `${side.account.login}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: toUser(world, side.account),
    repo: side.repository ? toRepository(world, side.repository) : null,
  };
}

function toLinks(api: string, page: string, { number, head }: Pull) {
  const [self, issue, html] = [`${api}/pulls/${number}`, `${api}/issues/${number}`, `${page}/pull/${number}`];
  const urls = {
    url: self,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${self}/commits`,
    comments_url: `${issue}/comments`,
    review_comments_url: `${self}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    statuses_url: `${api}/statuses/${head.sha}`,
  };
  const targets = {
    self,
    html,
    issue,
    comments: urls.comments_url,
    commits: urls.commits_url,
    statuses: urls.statuses_url,
  };
  const reviews = { review_comments: urls.review_comments_url, review_comment: urls.review_comment_url };
  const links = Object.entries({ ...targets, ...reviews }).map(([key, href]) => [key, { href }]);
  return { urls, links: Object.fromEntries(links) };
}
