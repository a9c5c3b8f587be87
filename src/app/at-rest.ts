/** In entries; of each some hundred bytes. */
const most = 100_000;

/** GitHub tells seconds, by a clock of its own: what changed just now may change again without looking newer. */
const patience = 5 * 60_000;

/**
 * What was found to need nothing, and when it had last changed. Until it changes, the sweep passes it by. Only memory of
 * this process: forgetting costs requests, and nothing else.
 */
export interface AtRest {
  /** @param changedAt ISO 8601, as GitHub tells it */
  has(id: string, changedAt: string | null): boolean;
  add(id: string, changedAt: string | null): void;
}

export function createAtRest(now: () => number = Date.now): AtRest {
  const known = new Map<string, string>();
  return {
    has: (id, changedAt) => changedAt !== null && known.get(id) === changedAt,
    add(id, changedAt) {
      known.delete(id);
      if (changedAt === null || !(Date.parse(changedAt) < now() - patience)) return;
      known.set(id, changedAt);
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
    },
  };
}
