/** Random choices that a seed repeats. */
export interface Chance {
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  /** True so often out of a hundred times. */
  percent(share: number): boolean;
  /** Undefined where there is nothing to pick. */
  pick<T>(all: readonly T[]): T | undefined;
  /** At least so many of them, in their order. */
  some<T>(all: readonly T[], least: number): T[];
}

/** mulberry32: thirty-two bits of state are plenty for a history. */
export function createChance(seed: number): Chance {
  let state = seed;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    percent: (share) => next() * 100 < share,
    pick: (all) => all[between(0, all.length - 1)],
    some(all, least) {
      const chosen = new Set<number>();
      for (const count = between(Math.min(least, all.length), all.length); chosen.size < count; )
        chosen.add(between(0, all.length - 1));
      return all.filter((_, index) => chosen.has(index));
    },
  };
}
