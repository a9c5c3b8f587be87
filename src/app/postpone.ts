import { CountersignError } from "../errors.ts";

/**
 * A job that a limit of GitHub's ended is put back for when the limit does. Meanwhile it holds no worker, and of its tries
 * it has lost none: an hour is longer than all of them.
 */
export async function orPostpone(work: () => Promise<void>, postpone: (until: Date) => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const until = findEnd(error);
    if (until === undefined) throw error;
    await postpone(new Date(until));
  }
}

/** What was joined to other problems keeps it as the cause. */
function findEnd(error: unknown): number | undefined {
  if (!(error instanceof CountersignError)) return undefined;
  return error.until ?? findEnd(error.cause);
}
