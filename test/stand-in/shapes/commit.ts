import { type Change, readChanges } from "../git/changes.ts";
import { type Commit, readCommit, readSignature } from "../git/reading.ts";
import type { Account, Repository } from "../state.ts";
import { fullName, type World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";
import { repositoryUrl } from "./repository.ts";

const unsigned = { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null };

/** As `GET /repos/…/commits` has it; with `files` as `GET /repos/…/commits/SHA` does. */
export async function toCommit(world: World, repository: Repository, sha: string): Promise<Record<string, unknown>> {
  const commit = await readCommit(repository.git, sha);
  const [api, page] = [repositoryUrl(world, repository), `${world.origin}/${fullName(repository)}`];
  const url = `${api}/commits/${sha}`;
  return {
    url,
    sha,
    node_id: nodeId("Commit", sha),
    html_url: `${page}/commit/${sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${api}/git/commits/${sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: unsigned,
    },
    author: toAuthor(world, commit.author.email),
    committer: toAuthor(world, commit.committer.email),
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${page}/commit/${parent}`,
    })),
  };
}

export async function toCommitWithFiles(world: World, repository: Repository, sha: string): Promise<object> {
  const { parents } = await readCommit(repository.git, sha);
  const changes = await readChanges(repository.git, parents[0], sha);
  const [additions, deletions] = [sum(changes, "additions"), sum(changes, "deletions")];
  return {
    ...(await toCommit(world, repository, sha)),
    stats: { additions, deletions, total: additions + deletions },
    files: changes.map((change) => toFile(world, repository, { change, sha })),
  };
}

/** As `GET /repos/…/git/commits/SHA` has it. No key is known here, so that no signature is verified. */
export async function toPlainCommit(world: World, repository: Repository, sha: string): Promise<object> {
  const { commit, ...rest } = await toCommit(world, repository, sha);
  const signed = await readSignature(repository.git, sha);
  return {
    ...rest,
    ...(commit as object),
    ...(signed && { verification: { ...unsigned, reason: "unknown_key", ...signed } }),
    url: `${repositoryUrl(world, repository)}/git/commits/${sha}`,
  };
}

/** As check suites and merge groups have it. */
export async function toGitCommit(repository: Repository, sha: string): Promise<object> {
  const { tree, message, author, committer } = await readCommit(repository.git, sha);
  return {
    id: sha,
    tree_id: tree,
    message,
    timestamp: committer.date,
    author: named(author),
    committer: named(committer),
  };
}

/** As the `push` webhook has it. */
export async function toPushedCommit(world: World, repository: Repository, sha: string): Promise<object> {
  const { parents } = await readCommit(repository.git, sha);
  const changes = await readChanges(repository.git, parents[0], sha);
  const of = (...statuses: string[]) =>
    changes.filter(({ status }) => statuses.includes(status)).map(({ path }) => path);
  return {
    ...(await toGitCommit(repository, sha)),
    distinct: true,
    url: `${world.origin}/${fullName(repository)}/commit/${sha}`,
    added: of("added"),
    removed: of("removed"),
    modified: of("modified", "renamed", "changed"),
  };
}

export function toFile(world: World, repository: Repository, { change, sha }: { change: Change; sha: string }): object {
  const [api, page] = [repositoryUrl(world, repository), `${world.origin}/${fullName(repository)}`];
  const path = encodeURI(change.path);
  return {
    sha: change.blob,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${page}/blob/${sha}/${path}`,
    raw_url: `${page}/raw/${sha}/${path}`,
    contents_url: `${api}/contents/${path}?ref=${sha}`,
    ...(change.previous !== undefined && { previous_filename: change.previous }),
  };
}

function toAuthor(world: World, email: string): object | null {
  const login = /^(?:\d+\+)?(.+)@users\.noreply\./.exec(email)?.[1];
  const account: Account | undefined = [...world.accounts.values()].find((one) => one.login === login);
  return account ? toUser(world, account) : null;
}

function named({ name, email }: Commit["author"]): object {
  return { name, email };
}

function sum(changes: readonly Change[], key: "additions" | "deletions"): number {
  return changes.reduce((total, change) => total + change[key], 0);
}
