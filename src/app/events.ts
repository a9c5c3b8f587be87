import type { Probot } from "probot";
import type { CommitKey, PullKey, RepositoryKey } from "./keys.ts";

/** Where keys go: stored before GitHub is answered. */
export interface KeySink {
  pull(key: PullKey): Promise<void>;
  commit(key: CommitKey): Promise<void>;
}

interface Origin {
  readonly installation?: { readonly id: number } | undefined;
  readonly repository: { readonly id: number; readonly name: string; readonly owner: { readonly login: string } };
}

/**
 * Events → keys. An event only names what to look at; nothing else in it is used, since it can be old, repeated, out of
 * order, and its header is not signed.
 */
export function listen(probot: Probot, sink: KeySink, { appId }: { readonly appId: number }): void {
  probot.on("pull_request", ({ payload }) => toPull(payload, payload.pull_request.number, sink));
  probot.on("pull_request_review", ({ payload }) => toPull(payload, payload.pull_request.number, sink));
  probot.on("issue_comment", async ({ payload }) => {
    if (payload.issue.pull_request && !isOwnWords(payload, appId)) await toPull(payload, payload.issue.number, sink);
  });
  probot.on("check_run.rerequested", ({ payload }) => toCommit(payload, payload.check_run.head_sha, sink));
  probot.on("check_suite.rerequested", ({ payload }) => toCommit(payload, payload.check_suite.head_sha, sink));
  probot.on("push", async ({ payload }) => {
    const repository = toRepositoryKey(payload as Origin);
    const branch = /^refs\/heads\/(.+)$/.exec(payload.ref)?.[1];
    const moved = branch && { branch, defaultBranch: payload.repository.default_branch };
    if (repository && moved && !payload.deleted) await sink.commit({ ...repository, moved, commit: payload.after });
  });
}

/** What we have just written ourselves is no news. Where somebody else edits or deletes our words, it is. */
function isOwnWords(
  { comment, sender }: { comment: { user: Party | null; performed_via_github_app?: Party | null }; sender?: Party },
  appId: number,
): boolean {
  return comment.performed_via_github_app?.id === appId && sender?.id === comment.user?.id;
}

interface Party {
  readonly id: number;
}

async function toPull(origin: Origin, number: number, sink: KeySink): Promise<void> {
  const repository = toRepositoryKey(origin);
  if (repository) await sink.pull({ ...repository, number });
}

/** A check names no pull request of a fork, so its commit is what to go by. */
async function toCommit(origin: Origin, commit: string, sink: KeySink): Promise<void> {
  const repository = toRepositoryKey(origin);
  if (repository) await sink.commit({ ...repository, commit });
}

function toRepositoryKey({ installation, repository }: Origin): RepositoryKey | undefined {
  if (!installation) return undefined;
  const { id, name, owner } = repository;
  return { installationId: installation.id, repositoryId: id, owner: owner.login, repository: name };
}
