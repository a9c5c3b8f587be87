import { PGlite } from "@electric-sql/pglite";
import { fromPglite, type Job, PgBoss } from "pg-boss";
import type { KeySink } from "./events.ts";
import type { CommitKey, PullKey, RepositoryKey } from "./keys.ts";

export interface Handlers {
  pull(key: PullKey): Promise<void>;
  commit(key: CommitKey): Promise<void>;
  /** Finds every pull request that may have been missed. */
  sweep(): Promise<void>;
}

/** Names a pull request again later. */
export interface Alarm {
  /** `at`: Unix time in seconds. */
  wake(key: PullKey, at: number): Promise<void>;
}

export interface Queue extends KeySink, Alarm {
  start(handlers: Handlers): Promise<void>;
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * At most one job of a key runs and at most one waits: whatever happened meanwhile is seen by the one that waits. A job
 * whose process died stops beating and is taken up again.
 */
const policy = {
  policy: "stately",
  retryLimit: 8,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 600,
  heartbeatSeconds: 20,
  expireInSeconds: 3600,
} as const;

const names = ["pull", "commit", "sweep", "wake"] as const;
const hourly = "17 * * * *";

export interface QueueSettings {
  /** A PostgreSQL that any number of processes may share; without it, an embedded one in `directory`. */
  readonly databaseUrl: string | undefined;
  /** Must be this process's alone: the store's lock sees to that. */
  readonly directory: string;
  /** Told of every failure, of a job or of the database. */
  onError(error: Error): void;
}

export async function openQueue({ databaseUrl, directory, onError }: QueueSettings): Promise<Queue> {
  const embedded = databaseUrl === undefined ? await PGlite.create(directory) : undefined;
  const boss = embedded
    ? new PgBoss({ db: fromPglite(embedded), backend: "pglite" })
    : new PgBoss({ connectionString: String(databaseUrl) });
  boss.on("error", onError);
  await boss.start();
  for (const name of names) await boss.createQueue(name, policy);
  // The embedded database has this one process: what was under way when it died, the first sweep finds again.
  if (embedded) for (const name of names) await boss.deleteAllJobs(name);

  const pull = async (key: PullKey) =>
    void (await boss.send("pull", key, { singletonKey: `${toId(key)}/${key.number}` }));

  return {
    pull,
    // A queue of its own: a job that waits for days would keep every event of its pull request from being queued.
    wake: async (key, at) => {
      const options = { singletonKey: `${toId(key)}/${key.number}/${at}`, startAfter: new Date(at * 1000) };
      await boss.send("wake", key, options);
    },
    commit: async (key) => void (await boss.send("commit", key, { singletonKey: `${toId(key)}/${key.commit}` })),
    sweep: async () => void (await boss.send("sweep", {}, { singletonKey: "sweep" })),
    async start(handlers) {
      const options = { pollingIntervalSeconds: 0.5, localConcurrency: 4 };
      const told =
        <T>(handle: (key: T) => Promise<void>) =>
        (jobs: Job<T>[]) =>
          each(jobs, handle, onError);
      await boss.work("pull", options, told(handlers.pull));
      await boss.work("commit", options, told(handlers.commit));
      await boss.work("wake", { pollingIntervalSeconds: 2 }, told(pull));
      await boss.work("sweep", { pollingIntervalSeconds: 2 }, told(handlers.sweep));
      await boss.schedule("sweep", hourly, {}, { singletonKey: "sweep" });
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

/** A job that fails is tried again by the queue, which itself tells nobody. */
async function each<T>(
  jobs: Job<T>[],
  handle: (key: T) => Promise<void>,
  onError: (error: Error) => void,
): Promise<void> {
  try {
    for (const { data } of jobs) await handle(data);
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}
