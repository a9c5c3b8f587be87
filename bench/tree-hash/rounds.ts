/** Takes the best of several rounds, in each of which all take their turn: a noisy moment hits every side. */
export async function takeBest<Name extends string>(
  rounds: number,
  runs: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number>> {
  const best = {} as Record<Name, number>;
  for (let round = 1; round <= rounds; round++) {
    for (const [name, run] of Object.entries(runs) as [Name, () => Promise<number>][])
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, await run());
  }
  return best;
}

/** Milliseconds until it has ended. */
export async function measureTime(run: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}
