import type { Compiler } from "../clients/compiler.ts";
import type { NativeGit } from "../clients/git/native-git.ts";
import type { Remembered } from "../clients/git/remembered.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import { createRepositories } from "../clients/git/repositories.ts";
import { type GithubClient, openGithub } from "../clients/github.ts";
import type { Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import { failure } from "../errors.ts";
import type { AppIdentity } from "../facts.ts";
import { findConcerned } from "../flows/concerned.ts";
import { reviewPull } from "../flows/review.ts";
import type { Hashing } from "../observe/directory.ts";
import type { ChainSetting, HostSetting, Limits } from "../settings.ts";
import type { KeySink } from "./events.ts";
import { pruneSubmodules, toGitDirectory } from "./git-directories.ts";
import type { Installations } from "./installations.ts";
import type { CommitKey, PullKey, RepositoryKey } from "./keys.ts";
import type { Alarm, Handlers } from "./queue.ts";

/** What the App's jobs work with. */
export interface Workshop {
  readonly host: HostSetting;
  readonly data: string;
  readonly chains: readonly ChainSetting[];
  readonly installations: Installations;
  readonly registries: ReadonlyMap<number, Registry>;
  readonly relayers: ReadonlyMap<number, Relayer>;
  readonly compiler: Compiler;
  readonly sink: KeySink & Alarm;
  readonly native: NativeGit | undefined;
  readonly limits: Partial<Limits>;
  readonly remembered: Remembered;
  readonly log: { info(fields: object, message: string): void };
}

/** Signatures live for 30 days at the most, so older merges have nothing left to finalize (protocol §3). */
const longestTerm = 30 * 86_400;

/** The jobs behind the keys. */
export function createHandlers(workshop: Workshop): Handlers {
  const identity = once(() => workshop.installations.readIdentity());
  return {
    pull: async (key) => review(key, await identity(), workshop),
    commit: (key) => enqueueCommit(key, workshop),
    sweep: () => sweep(workshop),
  };
}

async function review(key: PullKey, app: AppIdentity, workshop: Workshop): Promise<void> {
  const { registries, relayers, compiler, chains, log, sink } = workshop;
  const explorers = new Map(chains.map(({ chainId, explorer }) => [chainId, explorer]));
  const toTransactionUrl = (chainId: number, transaction: string) => {
    const explorer = explorers.get(chainId);
    return explorer && `${explorer.replace(/\/+$/, "")}/tx/${transaction}`;
  };
  const clients = { ...(await openRepository(key, workshop)), app, registries, relayers, compiler, toTransactionUrl };
  const verdict = await reviewPull(key, clients, Math.floor(Date.now() / 1000));
  const states = verdict.proposals.map(({ chainId, state }) => ({ chainId, state }));
  log.info({ repository: key.repositoryId, pull: key.number, check: verdict.check, states }, "reviewed");
  if (verdict.wakeAt !== undefined) await sink.wake(key, verdict.wakeAt);
  const unread = states.find(({ state }) => state === "unknown");
  // The pull request says so already; the queue tries again, later each time.
  if (unread) throw failure("CHAIN_UNREACHABLE", `chain ${unread.chainId} could not be read`);
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

async function enqueueCommit(key: CommitKey, workshop: Workshop): Promise<void> {
  const { sink } = workshop;
  await enqueue(key, { sink, numbers: await findConcerned(key, await openRepository(key, workshop)) });
}

/** Finds what events did not tell: they can be lost, and GitHub does not send them again. */
async function sweep({ installations, sink }: Workshop): Promise<void> {
  for await (const key of installations.list()) {
    const { api } = await installations.open(key);
    const github = openGithub(api, key);
    if (!(await github.hasPolicy())) continue;
    const since = new Date(Date.now() - longestTerm * 1000).toISOString();
    const pulls = [...(await github.listOpenPulls()), ...(await github.listClosedPulls(since))];
    await enqueue(key, { sink, numbers: pulls.map(({ number }) => number) });
  }
}

async function enqueue(
  { installationId, repositoryId, owner, repository }: RepositoryKey,
  { sink, numbers }: { sink: KeySink; numbers: readonly number[] },
): Promise<void> {
  for (const number of new Set(numbers)) await sink.pull({ installationId, repositoryId, owner, repository, number });
}

/** Asks until it has an answer, then never again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
