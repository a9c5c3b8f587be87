import { PGlite } from "@electric-sql/pglite";
import { fromPglite, type Job, PgBoss } from "pg-boss";
import type { KeySink } from "./events.ts";
import { each, ensureQueues, type JobFailure, resume, revive } from "./jobs.ts";
import type { ChainKey, CommitKey, InstallationKey, PullKey, RepositoryKey } from "./keys.ts";

export interface Handlers {
  pull(key: PullKey): Promise<void>;
  commit(key: CommitKey): Promise<void>;
  /** Finds every pull request of an installation that may have been missed. */
  installation(key: InstallationKey): Promise<void>;
  /** Finds every installation. */
  sweep(): Promise<void>;
  /** Looks for news of a chain. */
  chain(key: ChainKey): Promise<void>;
}

/** Names a pull request again later. */
export interface Alarm {
  /** `at`: Unix time in seconds. */
  wake(key: PullKey, at: number): Promise<void>;
}

export interface Queue extends KeySink, Alarm {
  installation(key: InstallationKey, after?: Date): Promise<void>;
  start(handlers: Handlers): Promise<void>;
  sweep(): Promise<void>;
  /** Has a chain looked at now and then every so many seconds, by one of all processes at a time. */
  chain(key: ChainKey): Promise<void>;
  stop(): Promise<void>;
}

const hourly = "17 * * * *";
// One job of a key at a time: others of its group are passed over.
const parallel = { localConcurrency: 4, groupConcurrency: 1 };
/** In seconds: how soon it is seen that a job beats no longer, and how often what is done is thrown away. */
const upkeep = { superviseIntervalSeconds: 10, monitorIntervalSeconds: 10, maintenanceIntervalSeconds: 3600 };
/** The sweep makes thousands at once: they are taken ten by ten, without a pause while there are as many. */
const many = { ...parallel, pollingIntervalSeconds: 2, batchSize: 10, burstWhenBatchFull: true };

export interface QueueSettings {
  /** A PostgreSQL that any number of processes may share; without it, an embedded one in `directory`. */
  readonly databaseUrl: string | undefined;
  /** Must be this process's alone: the store's lock sees to that. */
  readonly directory: string;
  /** When the sweep comes by itself: cron, in UTC. */
  readonly sweeps?: string;
  /** How often a job that failed is tried again, later each time, before it is left to the sweep. */
  readonly retries?: number;
  /** Told of what goes wrong with the database. */
  onError(error: Error): void;
  /** Told of every job that failed and is tried again. */
  onFailed(failure: JobFailure): void;
  /** Told of every job that failed to its last try, when the sweep takes it up again. */
  onGivenUp(failure: JobFailure): void;
}

export async function openQueue(settings: QueueSettings): Promise<Queue> {
  const { databaseUrl, directory, sweeps = hourly, retries = 8, onError, onFailed, onGivenUp } = settings;
  const embedded = databaseUrl === undefined ? await PGlite.create(directory) : undefined;
  const boss = embedded
    ? new PgBoss({ db: fromPglite(embedded), backend: "pglite", ...upkeep })
    : new PgBoss({ connectionString: String(databaseUrl), ...upkeep });
  boss.on("error", onError);
  await boss.start();
  await ensureQueues(boss, retries);
  if (embedded) await resume(boss);

  const send = async (name: string, key: object, { id, after }: { id: string; after: Date | undefined }) =>
    void (await boss.send(name, key, { singletonKey: id, group: { id }, ...(after && { startAfter: after }) }));

  const look = async (key: ChainKey, startAfter = 0) => {
    const id = String(key.chainId);
    await boss.send("chain", key, { singletonKey: id, group: { id }, startAfter });
  };

  /** A fault changes nothing: the next look begins where the last one ended. */
  async function lookAgain(jobs: Job<ChainKey>[], handle: Handlers["chain"]): Promise<void> {
    await each(jobs, handle, onFailed).catch(() => undefined);
    for (const { data } of jobs) await look(data, data.interval);
  }

  const pull = (key: PullKey, after?: Date) => send("pull", key, { id: toPullId(key), after });

  return {
    pull,
    // A queue of its own: a job that waits for days would keep every event of its pull request from being queued.
    wake: (key, at) => send("wake", key, { id: `${toPullId(key)}/${at}`, after: new Date(at * 1000) }),
    commit: (key, after) => send("commit", key, { id: toCommitId(key), after }),
    installation: (key, after) => send("installation", key, { id: String(key.installationId), after }),
    sweep: async () => void (await boss.send("sweep", {}, { singletonKey: "sweep" })),
    chain: (key) => look(key),
    async start(handlers) {
      const told =
        <T extends object>(handle: (key: T) => Promise<void>) =>
        (jobs: Job<T>[]) =>
          each(jobs, handle, onFailed);
      const sweep = async () => {
        await revive(boss, { retries, onGivenUp });
        await handlers.sweep();
      };
      const soon = { ...parallel, pollingIntervalSeconds: 0.5 };
      await boss.work("pull", soon, told(handlers.pull));
      await boss.work("wake", { ...parallel, pollingIntervalSeconds: 2 }, told(pull));
      await boss.work("commit", soon, told(handlers.commit));
      await boss.work("installation", many, told(handlers.installation));
      await boss.work("sweep", { pollingIntervalSeconds: 2 }, told(sweep));
      await boss.schedule("sweep", sweeps, {}, { singletonKey: "sweep" });
      await boss.work("chain", { ...parallel, pollingIntervalSeconds: 1 }, (jobs: Job<ChainKey>[]) =>
        lookAgain(jobs, handlers.chain),
      );
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 30_000 });
      await embedded?.close();
    },
  };
}

function toId({ installationId, repositoryId }: RepositoryKey): string {
  return `${installationId}/${repositoryId}`;
}

function toPullId({ number, ...key }: PullKey): string {
  return `${toId(key)}/${number}`;
}

/** What the merge queue lands is its group's head and then the branch's tip: two things to look at. */
function toCommitId({ commit, moved, ...key }: CommitKey): string {
  return [toId(key), commit, ...(moved ? [moved.branch] : [])].join("/");
}
