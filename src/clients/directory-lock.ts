import { join } from "node:path";
import { lock } from "proper-lockfile";
import { failure } from "../errors.ts";

export interface LockOptions {
  /** Milliseconds without a sign of life after which a lock counts as left behind by a killed process. */
  readonly staleAfter: number;
  /** Milliseconds to wait for another process; by default as long as a killed one's lock looks alive. */
  readonly patience?: number;
  readonly onLost: () => void;
}

/**
 * Takes a directory for this process alone.
 *
 * @returns what gives it back
 * @throws STORE_LOCKED
 */
export async function lockDirectory(
  directory: string,
  { staleAfter, patience = staleAfter * 1.5, onLost }: LockOptions,
): Promise<() => Promise<void>> {
  const interval = 250;
  const retries = Math.ceil(patience / interval);
  try {
    const unlock = await lock(directory, {
      lockfilePath: join(directory, ".lock"),
      stale: staleAfter,
      update: Math.max(1_000, staleAfter / 4),
      retries: { retries, factor: 1, minTimeout: interval, maxTimeout: interval },
      onCompromised: onLost,
    });
    // Given back already, or lost: there is nothing left to do.
    return () => unlock().catch(() => undefined);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ELOCKED") throw error;
    throw failure("STORE_LOCKED", `expected to have "${directory}" alone, found another process in it`);
  }
}
