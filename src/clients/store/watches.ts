import type { PullRef } from "../../facts.ts";
import type { Address } from "../../protocol/hex.ts";
import type { Watch } from "../../verdict.ts";

/** A pull request as the queue names it. */
export interface WatchedPull extends PullRef {
  readonly installationId: number;
  readonly repositoryId: number;
}

/** One pull request that waits for news of one contract. */
export interface Watcher {
  readonly pull: WatchedPull;
  readonly contract: Address;
  /** Unix time in seconds: when to look without any event. */
  readonly due: number | undefined;
  /** The news that it was woken for, and their blocks; oldest first. */
  readonly told: readonly Told[];
}

export interface Told {
  readonly id: string;
  readonly block: number;
}

/** One registry on one chain. */
export interface Source {
  readonly chainId: number;
  readonly registry: Address;
}

/**
 * Who waits for news of which contract, and how far news were read. Losing it loses nothing: each review writes its own
 * part anew, and the sweep has every pull request reviewed.
 */
export interface Watches {
  /** What a pull request waits for now, in place of all that it waited for. */
  keep(pull: WatchedPull, watches: readonly Watch[]): Promise<void>;
  /** Those who wait for one of these contracts, who were told of something, or whose time has come. */
  find(chainId: number, wanted: { readonly contracts: readonly Address[]; readonly time: number }): Promise<Watcher[]>;
  /** Notes that a watcher was woken: for these news and for its time. Forgets those who waited long enough. */
  tell(chainId: number, watchers: readonly Watcher[], time: number): Promise<void>;
  /** The block up to which news were read; undefined where they never were. */
  readCheckpoint(source: Source): Promise<number | undefined>;
  keepCheckpoint(source: Source, block: number): Promise<void>;
}
