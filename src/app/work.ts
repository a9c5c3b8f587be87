import { join } from "node:path";
import type { Compiler } from "../clients/compiler.ts";
import { openRemoteRepository } from "../clients/git/remote-repository.ts";
import { openGithub } from "../clients/github.ts";
import type { Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import type { AppIdentity } from "../facts.ts";
import { reviewPull } from "../flows/review.ts";
import type { ChainSetting, HostSetting } from "../settings.ts";
import type { KeySink } from "./events.ts";
import type { Installations } from "./installations.ts";
import type { CommitKey, PullKey, RepositoryKey } from "./keys.ts";
import type { Handlers } from "./queue.ts";

/** What the App's jobs work with. */
export interface Workshop {
  readonly host: HostSetting;
  readonly data: string;
  readonly chains: readonly ChainSetting[];
  readonly installations: Installations;
  readonly registries: ReadonlyMap<number, Registry>;
  readonly relayers: ReadonlyMap<number, Relayer>;
  readonly compiler: Compiler;
  readonly sink: KeySink;
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
  const { host, data, installations, registries, relayers, compiler, chains, log } = workshop;
  const { api, token } = await installations.open(key);
  const git = openRemoteRepository({
    url: `${host.origin}/${key.owner}/${key.repository}`,
    directory: join(data, "git", String(key.repositoryId)),
    token,
    ...(host.enterpriseOrigin && { enterpriseOrigin: host.enterpriseOrigin }),
  });
  const explorers = new Map(chains.map(({ chainId, explorer }) => [chainId, explorer]));
  const toTransactionUrl = (chainId: number, transaction: string) => {
    const explorer = explorers.get(chainId);
    return explorer && `${explorer.replace(/\/+$/, "")}/tx/${transaction}`;
  };
  const clients = { github: openGithub(api, key), git, app, registries, relayers, compiler, toTransactionUrl };
  const verdict = await reviewPull(key, clients, Math.floor(Date.now() / 1000));
  const states = verdict.proposals.map(({ chainId, state }) => ({ chainId, state }));
  log.info({ repository: key.repositoryId, pull: key.number, check: verdict.check, states }, "reviewed");
}

/** A base that moved concerns every open proposal on it, and the pull request whose merge moved it. */
async function enqueueCommit(key: CommitKey, { installations, sink }: Workshop): Promise<void> {
  const { api } = await installations.open(key);
  const github = openGithub(api, key);
  const [open, landed] = await Promise.all([
    key.branch === undefined ? [] : github.listOpenPulls(key.branch),
    github.listPullsOfCommit(key.commit),
  ]);
  await enqueue(key, { sink, numbers: [...open, ...landed].map(({ number }) => number) });
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
