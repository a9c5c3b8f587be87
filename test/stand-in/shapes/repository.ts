import type { Repository } from "../state.ts";
import { fullName, type World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";

const links = {
  forks: "/forks",
  keys: "/keys{/key_id}",
  collaborators: "/collaborators{/collaborator}",
  teams: "/teams",
  hooks: "/hooks",
  issue_events: "/issues/events{/number}",
  events: "/events",
  assignees: "/assignees{/user}",
  branches: "/branches{/branch}",
  tags: "/tags",
  blobs: "/git/blobs{/sha}",
  git_tags: "/git/tags{/sha}",
  git_refs: "/git/refs{/sha}",
  trees: "/git/trees{/sha}",
  statuses: "/statuses/{sha}",
  languages: "/languages",
  stargazers: "/stargazers",
  contributors: "/contributors",
  subscribers: "/subscribers",
  subscription: "/subscription",
  commits: "/commits{/sha}",
  git_commits: "/git/commits{/sha}",
  comments: "/comments{/number}",
  issue_comment: "/issues/comments{/number}",
  contents: "/contents/{+path}",
  compare: "/compare/{base}...{head}",
  merges: "/merges",
  archive: "/{archive_format}{/ref}",
  downloads: "/downloads",
  issues: "/issues{/number}",
  pulls: "/pulls{/number}",
  milestones: "/milestones{/number}",
  notifications: "/notifications{?since,all,participating}",
  labels: "/labels{/name}",
  releases: "/releases{/id}",
  deployments: "/deployments",
};

const settings = {
  allow_rebase_merge: true,
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_auto_merge: false,
  allow_update_branch: true,
  allow_forking: true,
  delete_branch_on_merge: false,
  use_squash_pr_title_as_default: false,
  squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
  squash_merge_commit_message: "COMMIT_MESSAGES",
  merge_commit_title: "MERGE_MESSAGE",
  merge_commit_message: "PR_TITLE",
  has_issues: true,
  has_projects: true,
  has_downloads: true,
  has_wiki: true,
  has_pages: false,
  has_discussions: false,
  has_pull_requests: true,
  pull_request_creation_policy: "all",
  is_template: false,
  archived: false,
  disabled: false,
  web_commit_signoff_required: false,
};

const counts = {
  size: 0,
  stargazers_count: 0,
  watchers_count: 0,
  watchers: 0,
  forks_count: 0,
  forks: 0,
  network_count: 0,
  subscribers_count: 0,
  topics: [],
};

export function toRepository(world: World, repository: Repository): Record<string, unknown> {
  const name = fullName(repository);
  const [url, page] = [repositoryUrl(world, repository), `${world.origin}/${name}`];
  const open = [...repository.pulls.values()].filter(({ state }) => state === "open").length;
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: name,
    owner: toUser(world, repository.owner),
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    description: repository.description,
    fork: repository.parent !== undefined,
    url,
    html_url: page,
    clone_url: `${page}.git`,
    git_url: `${page.replace(/^https?/, "git")}.git`,
    ssh_url: `git@${new URL(world.origin).hostname}:${name}.git`,
    svn_url: page,
    ...Object.fromEntries(Object.entries(links).map(([key, path]) => [`${key}_url`, url + path])),
    ...settings,
    ...counts,
    open_issues: open,
    open_issues_count: open,
    default_branch: repository.defaultBranch,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    pushed_at: repository.pushedAt,
    ...(repository.parent && toOrigins(world, repository.parent)),
  };
}

/** As the `push` webhook has it: with times in seconds. */
export function toPushedRepository(world: World, repository: Repository): object {
  const seconds = (time: string) => Date.parse(time) / 1000;
  const { createdAt, pushedAt } = repository;
  return { ...toRepository(world, repository), created_at: seconds(createdAt), pushed_at: seconds(pushedAt) };
}

export function repositoryUrl(world: World, repository: Repository): string {
  return `${world.origin}/api/v3/repos/${fullName(repository)}`;
}

function toOrigins(world: World, parent: Repository): object {
  return { parent: toRepository(world, parent), source: toRepository(world, parent.parent ?? parent) };
}
