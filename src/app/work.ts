import type { Compiler } from "../clients/compiler.ts";
import type { NativeGit } from "../clients/git/native-git.ts";
import type { Remembered } from "../clients/git/remembered.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import { createRepositories } from "../clients/git/repositories.ts";
import { type GithubClient, openGithub } from "../clients/github.ts";
import type { Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import type { Deliveries } from "../clients/store/database-deliveries.ts";
import type { Watches } from "../clients/store/watches.ts";
import { isAtRest } from "../decide/rest.ts";
import { decideWatches } from "../decide/watch.ts";
import { failure } from "../errors.ts";
import type { AppIdentity } from "../facts.ts";
import { findConcerned } from "../flows/concerned.ts";
import { reviewGroup } from "../flows/group.ts";
import type { BotClients } from "../flows/merge.ts";
import { reviewPull } from "../flows/review.ts";
import type { Hashing } from "../observe/directory.ts";
import { queuePrefix } from "../protocol/queue-branch.ts";
import type { ChainSetting, HostSetting, Limits } from "../settings.ts";
import type { AtRest } from "./at-rest.ts";
import { pruneSubmodules, toGitDirectory } from "./git-directories.ts";
import type { Installations } from "./installations.ts";
import {
  type ChainKey,
  type CommitKey,
  type InstallationKey,
  type PullKey,
  type RepositoryKey,
  toRepositoryKey,
} from "./keys.ts";
import { orPostpone } from "./postpone.ts";
import type { Handlers, Queue } from "./queue.ts";
import { underItsName, whileInstalled } from "./reach.ts";
import { sweepAll, sweepInstallation, toRestName } from "./sweep.ts";
import { watchChain } from "./watch.ts";

/** What the App's jobs work with. */
export interface Workshop {
  readonly host: HostSetting;
  readonly data: string;
  readonly chains: readonly ChainSetting[];
  readonly installations: Installations;
  readonly registries: ReadonlyMap<number, Registry>;
  readonly relayers: ReadonlyMap<number, Relayer>;
  readonly compiler: Compiler;
  readonly sink: Pick<Queue, "pull" | "wake" | "commit" | "installation" | "chain">;
  readonly deliveries: Pick<Deliveries, "forget">;
  readonly atRest: AtRest;
  readonly watches: Watches;
  readonly native: NativeGit | undefined;
  readonly limits: Partial<Limits>;
  readonly remembered: Remembered;
  readonly log: { info(fields: object, message: string): void };
}

/** The jobs behind the keys. */
export function createHandlers(workshop: Workshop): Handlers {
  const { sink } = workshop;
  const { installations, log } = workshop;
  const { readIdentity } = installations;
  function job<K extends InstallationKey>(
    work: (key: K) => Promise<void>,
    again: (key: K, after?: Date) => Promise<void>,
  ) {
    return (key: K) =>
      orPostpone(
        () => whileInstalled(() => work(key), log, { installation: key.installationId }),
        (until) => again(key, until),
      );
  }
  function named<K extends RepositoryKey>(
    work: (key: K, app: AppIdentity, workshop: Workshop) => Promise<void>,
    again: (key: K, after?: Date) => Promise<void>,
  ) {
    const workOn = async (key: K) => work(key, await readIdentity(), workshop);
    return job<K>((key) => underItsName(key, { work: workOn, again, installations }), again);
  }
  return {
    pull: named(review, sink.pull),
    commit: named(lookAt, sink.commit),
    installation: job(
      (key) => sweepInstallation(key, { ...workshop, listQueueHeads: (one) => listQueueHeads(one, workshop) }),
      sink.installation,
    ),
    sweep: async () => {
      await workshop.deliveries.forget();
      for (const { chainId, interval } of workshop.chains) await sink.chain({ chainId, interval });
      await sweepAll(workshop);
    },
    chain: (key) => watch(key, workshop),
  };
}

async function openClients(key: RepositoryKey, app: AppIdentity, workshop: Workshop): Promise<BotClients> {
  const { registries, relayers, compiler, chains } = workshop;
  const explorers = new Map(chains.map(({ chainId, explorer }) => [chainId, explorer]));
  const toTransactionUrl = (chainId: number, transaction: string) => {
    const explorer = explorers.get(chainId);
    return explorer && `${explorer.replace(/\/+$/, "")}/tx/${transaction}`;
  };
  return { ...(await openRepository(key, workshop)), app, registries, relayers, compiler, toTransactionUrl };
}

async function review(key: PullKey, app: AppIdentity, workshop: Workshop): Promise<void> {
  const now = toSeconds(Date.now());
  const verdict = await reviewPull(key, await openClients(key, app, workshop), now);
  const states = verdict.proposals.map(({ chainId, state }) => ({ chainId, state }));
  workshop.log.info({ repository: key.repositoryId, pull: key.number, check: verdict.check, states }, "reviewed");
  if (verdict.wakeAt !== undefined) {
    await workshop.sink.wake({ ...toRepositoryKey(key), number: key.number }, verdict.wakeAt);
  }
  const unread = states.find(({ state }) => state === "unknown");
  // The pull request says so already; the queue tries again, later each time.
  if (unread) throw failure("CHAIN_UNREACHABLE", `chain ${unread.chainId} could not be read`);
  await workshop.watches.keep(key, decideWatches(verdict, now));
  if (key.changedAt && isAtRest(verdict)) workshop.atRest.add(toRestName(key), key.changedAt);
}

/** Where the configuration has no such chain any more, nothing is looked at again. */
async function watch({ chainId }: ChainKey, { registries, watches, sink, log }: Workshop): Promise<void> {
  const registry = registries.get(chainId);
  const named = registry ? await watchChain({ registry, watches, sink }) : 0;
  if (named > 0) log.info({ chainId, pulls: named }, "the chain has news");
}

async function openRepository(
  key: RepositoryKey,
  { host, data, installations, native, limits, remembered }: Workshop,
): Promise<{ github: GithubClient; git: RemoteRepository; hashing: Hashing }> {
  const { api, token } = await installations.open(key);
  const url = `${host.origin}/${key.owner}/${key.repository}`;
  const { origin, enterpriseOrigin } = host;
  const toDirectory = toGitDirectory(data, { key, url });
  await pruneSubmodules(toDirectory(url));
  const repositories = createRepositories({ git: native, origin, enterpriseOrigin, token, api, toDirectory, limits });
  const hashing = { limits, remembered, openSubmodule: repositories.openSubmodule };
  return { github: openGithub(api, key), git: repositories.openRemote(url), hashing };
}

/** A commit is the head of a merge group, or pull requests have it. */
async function lookAt(key: CommitKey, app: AppIdentity, workshop: Workshop): Promise<void> {
  const { sink, log } = workshop;
  const clients = await openClients(key, app, workshop);
  const group = key.moved ? undefined : await reviewGroup(key, clients, toSeconds(Date.now()));
  if (!group) return enqueue(key, { sink, numbers: await findConcerned(key, clients) });
  const pulls = group.members.map(({ number }) => number);
  log.info({ repository: key.repositoryId, group: key.commit, pulls, check: group.check }, "reviewed");
  if (group.check === "in_progress") throw failure("CHAIN_UNREACHABLE", "a chain could not be read for a merge group");
}

function toSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** Groups of a merge queue, by the branches that GitHub makes for them. */
async function listQueueHeads(key: RepositoryKey, workshop: Workshop): Promise<readonly string[]> {
  const { git } = await openRepository(key, workshop);
  return [...(await git.listBranches(queuePrefix)).values()];
}

async function enqueue(
  key: RepositoryKey,
  { sink, numbers }: { sink: Workshop["sink"]; numbers: readonly number[] },
): Promise<void> {
  for (const number of new Set(numbers)) await sink.pull({ ...toRepositoryKey(key), number });
}
