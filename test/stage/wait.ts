import { setTimeout as sleep } from "node:timers/promises";

/** Asks until there is an answer. Throws with what was waited for, and the last words of the question. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  { timeout = 90_000, interval = 100 }: { timeout?: number; interval?: number } = {},
): Promise<T> {
  const end = Date.now() + timeout;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(interval);
  }
  throw new Error(`waited ${timeout / 1000} s for ${what}${last ? `: ${last}` : ""}`);
}
