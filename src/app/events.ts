import type { Probot } from "probot";
import { z } from "zod";
import { queuePrefix } from "../protocol/queue-branch.ts";
import type { CommitKey, PullKey, RepositoryKey } from "./keys.ts";

/** Where keys go: stored before GitHub is answered. `after`: not to be looked at earlier. */
export interface KeySink {
  pull(key: PullKey, after?: Date): Promise<void>;
  commit(key: CommitKey, after?: Date): Promise<void>;
}

const id = z.int().positive();
const sha = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const party = z.object({ id });
const origin = z.object({
  installation: z.object({ id }),
  repository: z.object({ id, name: z.string(), owner: z.object({ login: z.string() }), default_branch: z.string() }),
});
const pullEvent = origin.extend({ pull_request: z.object({ number: id }) });
const commentEvent = origin.extend({
  issue: z.object({ number: id, pull_request: z.object({}) }),
  comment: z.object({ user: party.nullish(), performed_via_github_app: party.nullish() }),
  sender: party.optional(),
});
const checkRunEvent = origin.extend({ check_run: z.object({ head_sha: sha }) });
const checkSuiteEvent = origin.extend({ check_suite: z.object({ head_sha: sha }) });
const groupEvent = origin.extend({ merge_group: z.object({ head_sha: sha }) });
const pushEvent = origin.extend({ ref: z.string(), after: sha, deleted: z.literal(false) });

/**
 * Events → keys. An event only names what to look at; nothing else in it is used, since it can be old, repeated or out
 * of order. Its header is not signed, so that the payload's shape decides: any other is ignored (threats W34).
 */
export function listen(probot: Probot, sink: KeySink, { appId }: { readonly appId: number }): void {
  probot.on(["pull_request", "pull_request_review"], ({ payload }) =>
    when(pullEvent, payload, (event) => sink.pull({ ...toKey(event), number: event.pull_request.number })),
  );
  probot.on("issue_comment", ({ payload }) =>
    when(commentEvent, payload, async (event) => {
      if (!isOwnWords(event, appId)) await sink.pull({ ...toKey(event), number: event.issue.number });
    }),
  );
  // A check names no pull request of a fork, so its commit is what to go by.
  probot.on("check_run.rerequested", ({ payload }) =>
    when(checkRunEvent, payload, (event) => sink.commit({ ...toKey(event), commit: event.check_run.head_sha })),
  );
  probot.on("check_suite.rerequested", ({ payload }) =>
    when(checkSuiteEvent, payload, (event) => sink.commit({ ...toKey(event), commit: event.check_suite.head_sha })),
  );
  probot.on("merge_group.checks_requested", ({ payload }) =>
    when(groupEvent, payload, (event) => sink.commit({ ...toKey(event), commit: event.merge_group.head_sha })),
  );
  probot.on("push", ({ payload }) => when(pushEvent, payload, (event) => toCommit(event, sink)));
}

async function when<T>(shape: z.ZodType<T>, payload: unknown, handle: (event: T) => Promise<void>): Promise<void> {
  const event = shape.safeParse(payload);
  if (event.success) await handle(event.data);
}

async function toCommit(event: z.infer<typeof pushEvent>, sink: KeySink): Promise<void> {
  const branch = /^refs\/heads\/(.+)$/.exec(event.ref)?.[1];
  if (branch === undefined) return;
  // The merge queue's own branches: the event beside this one says the same.
  if (branch.startsWith(queuePrefix)) return sink.commit({ ...toKey(event), commit: event.after });
  const moved = { branch, defaultBranch: event.repository.default_branch };
  await sink.commit({ ...toKey(event), moved, commit: event.after });
}

/** What we have just written ourselves is no news. Where somebody else edits or deletes our words, it is. */
function isOwnWords({ comment, sender }: z.infer<typeof commentEvent>, appId: number): boolean {
  return comment.performed_via_github_app?.id === appId && sender?.id === comment.user?.id;
}

function toKey({ installation, repository }: z.infer<typeof origin>): RepositoryKey {
  const { id: repositoryId, name, owner } = repository;
  return { installationId: installation.id, repositoryId, owner: owner.login, repository: name };
}
