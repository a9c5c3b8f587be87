import type { Job, PgBoss } from "pg-boss";

/** A job that went wrong: which, for which time, and why. */
export interface JobFailure {
  readonly queue: string;
  /** What the job is about. */
  readonly key: object;
  readonly tries: number;
  readonly reason: string;
}

/**
 * At most one job of a key runs and at most one waits: whatever happened meanwhile is seen by the one that waits. A job
 * whose process died stops beating and is taken up again.
 */
const policy = {
  policy: "short",
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: 600,
  heartbeatSeconds: 20,
  expireInSeconds: 3600,
  deleteAfterSeconds: 3600,
} as const;

const names = ["pull", "wake", "commit", "installation", "sweep", "chain"] as const;
/** Jobs that failed to the last try. Nobody works here: each sweep gives them back to the queue that they are from. */
const dead = "dead";

/** Also those that an earlier version made. One of another policy is made anew: what waited there the sweep finds again. */
export async function ensureQueues(boss: PgBoss, retryLimit: number): Promise<void> {
  await boss.createQueue(dead, { policy: "standard" });
  const { policy: kind, ...options } = { ...policy, retryLimit, deadLetter: dead };
  for (const name of names) {
    const earlier = await boss.getQueue(name);
    if (earlier && earlier.policy !== kind) await boss.deleteQueue(name);
    await boss.createQueue(name, { policy: kind, ...options });
    await boss.updateQueue(name, options);
  }
}

/** The embedded database has this one process: what was under way is so no longer, and need not miss its heartbeats. */
export async function resume(boss: PgBoss): Promise<void> {
  for (const name of names) {
    const jobs = await boss.findJobs(name);
    const under = jobs.filter(({ state }) => state === "active").map(({ id }) => id);
    if (under.length > 0) await boss.fail(name, under, { message: "the process ended" });
  }
}

/** A dead letter is never the end, and never silent. */
export async function revive(
  boss: PgBoss,
  { retries, onGivenUp }: { readonly retries: number; onGivenUp(failure: JobFailure): void },
): Promise<void> {
  for (const { data, sourceName, sourceRetryCount, sourceOutput } of await boss.findJobs<object>(dead)) {
    const tries = Number(sourceRetryCount) + 1;
    // Fewer: it failed while another one of its key waited to be tried again, and that one goes on.
    if (tries <= retries) continue;
    onGivenUp({ queue: String(sourceName), key: data, tries, reason: toReason(sourceOutput) });
  }
  await boss.redrive(dead);
}

/** A job that fails is tried again by the queue, which itself tells nobody. */
export async function each<T extends object>(
  jobs: Job<T>[],
  handle: (key: T) => Promise<void>,
  onFailed: (failure: JobFailure) => void,
): Promise<void> {
  for (const { name, data, retryCount } of jobs) {
    try {
      await handle(data);
    } catch (error) {
      onFailed({ queue: name, key: data, tries: retryCount + 1, reason: toReason(error) });
      throw error;
    }
  }
}

function toReason(error: unknown): string {
  const message = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return String(message ?? "unknown");
}
