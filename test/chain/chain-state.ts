import { type Address, type Bytes32, toAddress, zeroAddress, zeroHash } from "../../src/protocol/hex.ts";

export interface Votes {
  readonly rejected: number;
  readonly revoked: number;
}

export interface RecordState {
  contractHash: Bytes32;
  contractLink: string;
  signers: readonly Address[];
  contractSigners: number;
  minSignatures: number;
  version: number;
  readonly executor: Address;
  hasExecutor: boolean;
  rules: Rules;
  pause: { readonly number: number; readonly from: number; readonly until: number };
  /** Seconds of all pauses before the last one. */
  pausedBefore: number;
  /** The guardian has cancelled a rotation since the last one. */
  isProtected: boolean;
  /** For the next version alone, by digest. */
  votes: Map<Bytes32, Votes>;
  /** What was scheduled for the next version, in order. */
  coming: Bytes32[];
}

export interface Rules {
  readonly authority: Address;
  readonly guardian: Address;
  readonly gate: Address;
  readonly delay: number;
  readonly commitReveal: boolean;
  readonly accepted: boolean;
}

export type Kind = "Approval" | "Rotation" | "Commitment" | "Following";

export interface ScheduledState {
  readonly kind: Kind;
  readonly since: number;
  status: "Waiting" | "Cancelled" | "Executed";
  /** What it is about, each with the seconds that it had been paused by then. */
  readonly parts: readonly { readonly contract: Address; readonly paused: number }[];
}

export interface Revision {
  readonly manager: Address;
  readonly key: Bytes32;
  readonly revision: number;
  readonly contractHash: Bytes32;
  readonly contractLink: string;
  readonly implementation: Address;
  readonly codeHash: Bytes32;
}

export interface FollowingState {
  readonly manager: Address;
  readonly key: Bytes32;
  /** Zero: each revision as it comes. */
  readonly pinnedRevision: number;
}

/** Everything that the registry and the references of one chain hold. */
export interface ChainState {
  curator: Address;
  pendingCurator: Address;
  readonly records: Map<Address, RecordState>;
  readonly scheduled: Map<Bytes32, ScheduledState>;
  /** By entry (`toEntry`): what its links begin and end with, before and after the commit. */
  readonly links: Map<string, { readonly head: string; readonly tail: string }>;
  /** By entry (`toEntry`): its current revision. */
  readonly current: Map<string, Revision>;
  /** By entry and number (`toEntry`): those that can be pinned for ever. */
  readonly kept: Map<string, Revision>;
  readonly following: Map<Address, FollowingState>;
  /** What a proxy ran when it ceased to follow. */
  readonly left: Map<Address, Address>;
  readonly followers: Set<Address>;
}

export const noRules: Rules = {
  ...{ authority: zeroAddress, guardian: zeroAddress, gate: zeroAddress },
  ...{ delay: 0, commitReveal: false, accepted: false },
};

export function toEntry(manager: Address, key: Bytes32, revision?: number): string {
  return [manager, key, ...(revision === undefined ? [] : [revision])].join(" ");
}

export const nothingWritten: Revision = {
  ...{ manager: zeroAddress, key: zeroHash, revision: 0, contractHash: zeroHash, contractLink: "" },
  ...{ implementation: zeroAddress, codeHash: zeroHash },
};

/** The revision that a follower is at. */
export function followedBy({ following, current, kept }: ChainState, follower: Address): Revision | undefined {
  const found = following.get(follower);
  if (!found) return undefined;
  const { manager, key, pinnedRevision } = found;
  return pinnedRevision === 0 ? current.get(toEntry(manager, key)) : kept.get(toEntry(manager, key, pinnedRevision));
}

/** Seconds of all the record's pauses until then. */
export function pausedSeconds({ pause, pausedBefore }: RecordState, time: number): number {
  return pausedBefore + Math.min(time - pause.from, pause.until - pause.from);
}

export function recordOf({ records }: ChainState, contract: string): RecordState {
  const record = records.get(toAddress(contract));
  if (!record) throw new Error(`nothing tells that ${contract} is registered`);
  return record;
}
