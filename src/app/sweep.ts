import { openGithub } from "../clients/github.ts";
import type { AtRest } from "./at-rest.ts";
import type { Installations, ListedRepository } from "./installations.ts";
import { type InstallationKey, type PullKey, type RepositoryKey, toRepositoryKey } from "./keys.ts";
import type { Queue } from "./queue.ts";

/**
 * Signatures live for 30 days at the most, so older merges have nothing left to finalize (protocol §3). What is scheduled
 * lives on, but its comment changes each day (decide/waking.ts).
 */
const longestTerm = 30 * 86_400;

interface Sweep {
  readonly installations: Installations;
  readonly sink: Pick<Queue, "pull" | "commit" | "installation">;
  readonly atRest: AtRest;
  /** The head of every group in the repository's merge queue. */
  listQueueHeads(key: RepositoryKey): Promise<readonly string[]>;
}

/**
 * Finds what events did not tell: they can be lost, and GitHub does not send them again. One job for each installation, so
 * that all processes share them, and none waits for another's limit.
 */
export async function sweepAll({
  installations,
  sink,
}: {
  readonly installations: Installations;
  readonly sink: Pick<Queue, "installation">;
}): Promise<void> {
  for await (const key of installations.list()) await sink.installation(key);
}

/** Most repositories have no configuration, and cost one request for each time that something was pushed to them. */
export async function sweepInstallation(key: InstallationKey, sweep: Sweep): Promise<void> {
  const { api, list } = await sweep.installations.survey(key);
  for await (const listed of list()) {
    const name = `${listed.repositoryId} ${listed.defaultBranch}`;
    if (sweep.atRest.has(name, listed.pushedAt)) continue;
    const github = openGithub(api, listed);
    const policyId = await github.findPolicyId();
    if (policyId === undefined) sweep.atRest.add(name, listed.pushedAt);
    else await sweepRepository({ ...listed, policyId }, github, sweep);
  }
}

/** The open ones all: chain and clock move them too. Of the closed ones those that are not known to be at their end. */
async function sweepRepository(
  listed: ListedRepository & { readonly policyId: string },
  github: ReturnType<typeof openGithub>,
  { sink, atRest, listQueueHeads }: Sweep,
): Promise<void> {
  const key = toRepositoryKey(listed);
  // What is no proposal under one configuration is one under the next.
  const under = `${listed.defaultBranch} ${listed.policyId}`;
  for (const { number } of await github.listOpenPulls()) await sink.pull({ ...key, number });
  const since = new Date(Date.now() - longestTerm * 1000).toISOString();
  for (const { number, updated_at } of await github.listClosedPulls(since)) {
    const closed: PullKey = { ...key, number, changedAt: updated_at, under };
    if (!atRest.has(toRestName(closed), updated_at)) await sink.pull(closed);
  }
  for (const commit of await listQueueHeads(key)) await sink.commit({ ...key, commit });
}

export function toRestName({ repositoryId, number, under }: PullKey): string {
  return `${repositoryId}/${number} ${under}`;
}
