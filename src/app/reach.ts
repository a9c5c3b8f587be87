import { CountersignError } from "../errors.ts";
import type { Installations } from "./installations.ts";
import type { RepositoryKey } from "./keys.ts";

interface Log {
  info(fields: object, message: string): void;
}

/** Ends a job whose repository the App does not reach any more: once it does again, the sweep finds all of it. */
export async function whileInstalled(work: () => Promise<void>, log: Log, fields: object): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isGone(error)) throw error;
    log.info(fields, "the App is not installed there any more");
  }
}

export interface Named<K> {
  readonly work: (key: K) => Promise<void>;
  /** Puts the job back. */
  readonly again: (key: K) => Promise<void>;
  readonly installations: Pick<Installations, "readName">;
}

/** A repository is known by its id. A job that fails under a name that is not its own any more is put back under today's. */
export async function underItsName<K extends RepositoryKey>(
  key: K,
  { work, again, installations }: Named<K>,
): Promise<void> {
  try {
    await work(key);
  } catch (error) {
    if (isGone(error) || !mayBeItsName(error)) throw error;
    const named = await installations.readName(key).catch((fault) => {
      throw isGone(fault) ? fault : error;
    });
    if (named.owner === key.owner && named.repository === key.repository) throw error;
    await again({ ...key, ...named });
  }
}

/** Of GitHub and of git, as they answer for a name that is another's or nobody's. */
function mayBeItsName(error: unknown): boolean {
  return error instanceof CountersignError && namedCodes.has(error.code);
}

const namedCodes = new Set<string>(["GITHUB_REFUSED", "GIT_REFUSED", "GIT_OBJECT_ABSENT"]);

function isGone(error: unknown): boolean {
  return error instanceof CountersignError && error.code === "INSTALLATION_GONE";
}
