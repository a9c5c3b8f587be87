/** Values that cost work to make again. */
export interface Recent<T> {
  has(key: string): boolean;
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/**
 * Holds `most` bytes, and forgets what was used longest ago. The last one that is larger than that is held besides: what
 * builds on it would make it again and again.
 *
 * @param weigh in bytes
 */
export function holdRecent<T>(most: number, weigh: (value: T) => number): Recent<T> {
  const held = new Map<string, T>();
  let large: { readonly key: string; readonly value: T } | undefined;
  let bytes = 0;

  function drop(key: string): void {
    const value = held.get(key);
    if (value === undefined) return;
    held.delete(key);
    bytes -= weigh(value);
  }
  function add(key: string, value: T): void {
    drop(key);
    held.set(key, value);
    bytes += weigh(value);
    for (const oldest of held.keys()) {
      if (bytes <= most) return;
      drop(oldest);
    }
  }

  return {
    has: (key) => large?.key === key || held.has(key),
    get(key) {
      if (large?.key === key) return large.value;
      const value = held.get(key);
      if (value !== undefined) add(key, value);
      return value;
    },
    set(key, value) {
      if (weigh(value) > most) large = { key, value };
      else add(key, value);
    },
  };
}
