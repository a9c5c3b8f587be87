import type { Repository } from "./state.ts";

const last = new WeakMap<Repository, Promise<unknown>>();

/** Changes of one repository happen one after the other; reading needs no turn. */
export function inTurn<T>(repository: Repository, work: () => Promise<T>): Promise<T> {
  const turn = (last.get(repository) ?? Promise.resolve()).then(work);
  last.set(
    repository,
    turn.catch(() => undefined),
  );
  return turn;
}
