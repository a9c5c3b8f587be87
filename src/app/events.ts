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
export function listen(probot: Probot, sink: KeySink): void {
  probot.on("pull_request", ({ payload }) => toPull(payload, payload.pull_request.number, sink));
  probot.on("pull_request_review", ({ payload }) => toPull(payload, payload.pull_request.number, sink));
  probot.on("issue_comment", async ({ payload }) => {
    if (payload.issue.pull_request) await toPull(payload, payload.issue.number, sink);
  });
  probot.on("check_run.rerequested", ({ payload }) => toCommit(payload, payload.check_run.head_sha, sink));
  probot.on("check_suite.rerequested", ({ payload }) => toCommit(payload, payload.check_suite.head_sha, sink));
  probot.on("push", async ({ payload }) => {
    const repository = toRepositoryKey(payload as Origin);
    const branch = /^refs\/heads\/(.+)$/.exec(payload.ref)?.[1];
    if (repository && branch && !payload.deleted) await sink.commit({ ...repository, branch, commit: payload.after });
  });
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
