import { Interface, type LogDescription, type Result } from "ethers";
import { type Address, type Bytes32, toAddress, zeroAddress } from "../../src/protocol/hex.ts";
import { referencesAbi, registryAbi } from "../../src/protocol/registry-abi.ts";
import {
  type ChainState,
  followedBy,
  type Kind,
  noRules,
  pausedSeconds,
  type RecordState,
  type Revision,
  type Rules,
  recordOf,
  type ScheduledState,
  toEntry,
  type Votes,
} from "./chain-state.ts";

/** A log as the chain tells it, with the time of its block: pauses and delays begin then. */
export interface TimedLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  /** Unix time in seconds. */
  readonly time: number;
}

export const registryCalls = new Interface(registryAbi);
export const referencesCalls = new Interface(referencesAbi);

/** The state that all logs of both contracts come to, in the order of the chain. Nothing else is looked at. */
export function replay(
  logs: readonly TimedLog[],
  { registry, references }: { readonly registry: Address; readonly references: Address },
): ChainState {
  const state: ChainState = {
    ...{ curator: zeroAddress, pendingCurator: zeroAddress, records: new Map(), scheduled: new Map() },
    ...{ links: new Map(), current: new Map(), kept: new Map() },
    ...{ following: new Map(), left: new Map(), followers: new Set() },
  };
  const calls = new Map([
    [registry, registryCalls],
    [references, referencesCalls],
  ]);
  for (const log of logs) {
    const event = parseLog(log, calls.get(toAddress(log.address)));
    if (event) toChange(event.name)(state, event.args, log.time);
  }
  return state;
}

const parsed = new WeakMap<TimedLog, LogDescription>();

function parseLog(log: TimedLog, calls: Interface | undefined): LogDescription | undefined {
  const event = parsed.get(log) ?? calls?.parseLog(log);
  if (event) parsed.set(log, event);
  return event ?? undefined;
}

function toChange(name: string): Change {
  const change = changes[name];
  if (!change) throw new Error(`expected an event that is known, found ${name}`);
  return change;
}

type Change = (state: ChainState, args: Result, time: number) => void;

/** What each event changes, by its name. */
export const changes: Readonly<Record<string, Change>> = {
  Registered(state, args) {
    state.records.set(toAddress(args.contractAddress), {
      ...{ contractHash: args.contractHash, contractLink: args.contractLink, ...toCouncil(args), version: 1 },
      ...{ executor: toAddress(args.executor), hasExecutor: false, rules: noRules },
      ...{ pause: { number: 0, from: 0, until: 0 }, pausedBefore: 0, isProtected: false },
      ...{ votes: new Map(), coming: [] },
    });
  },
  RecordChanged(state, { contractAddress, contractHash, contractLink, version }) {
    Object.assign(move(state, contractAddress, version), { contractHash, contractLink });
  },
  ExecutorCreated(state, { contractAddress }) {
    recordOf(state, contractAddress).hasExecutor = true;
  },
  Rotated(state, { contractAddress, rotation }) {
    const record = move(state, contractAddress, rotation.version);
    Object.assign(record, toCouncil(rotation), { rules: toRules(rotation), isProtected: false });
  },
  AuthorityAccepted(state, { contractAddress, version }) {
    const record = move(state, contractAddress, version);
    record.rules = { ...record.rules, accepted: true };
  },
  FollowingChanged(state, { contractAddress, following }) {
    move(state, contractAddress, following.version);
  },

  ApprovalScheduled(state, { digest, approval }, since) {
    const contracts = approval.upgrades.map((one: Result) => one.contractAddress);
    schedule(state, digest, { kind: "Approval", contracts, since });
  },
  RotationScheduled(state, { digest, rotation }, since) {
    schedule(state, digest, { kind: "Rotation", contracts: [rotation.contractAddress], since });
  },
  CommitmentScheduled(state, { digest, commitment }, since) {
    schedule(state, digest, { kind: "Commitment", contracts: commitment.contracts, since });
  },
  FollowingScheduled(state, { digest, following }, since) {
    schedule(state, digest, { kind: "Following", contracts: [following.contractAddress], since });
  },
  Executed(state, { digest }) {
    scheduledOf(state, digest).status = "Executed";
  },
  Cancelled(state, { digest, contractAddress }) {
    const scheduled = scheduledOf(state, digest);
    scheduled.status = "Cancelled";
    if (scheduled.kind === "Rotation") recordOf(state, contractAddress).isProtected = true;
  },
  Rejected(state, { digest, contractAddress, signers }) {
    vote(recordOf(state, contractAddress), digest, { rejected: Number(signers), revoked: 0 });
  },
  Revoked(state, { digest, contractAddress, signer }) {
    const record = recordOf(state, contractAddress);
    vote(record, digest, { rejected: 0, revoked: 2 ** record.signers.indexOf(toAddress(signer)) });
  },

  Paused(state, { contractAddress, number, until }, from) {
    const record = recordOf(state, contractAddress);
    record.pausedBefore += record.pause.until - record.pause.from;
    record.pause = { number: Number(number), from, until: Number(until) };
  },
  Unpaused(state, { contractAddress }, until) {
    const record = recordOf(state, contractAddress);
    record.pause = { ...record.pause, until };
  },

  CuratorProposed(state, { pendingCurator }) {
    state.pendingCurator = toAddress(pendingCurator);
  },
  CuratorChanged(state, { newCurator }) {
    Object.assign(state, { curator: toAddress(newCurator), pendingCurator: zeroAddress });
  },

  LinkChanged(state, { manager, key, head, tail }) {
    state.links.set(toEntry(toAddress(manager), key), { head, tail });
  },
  Written(state, { manager, key, revision, contractHash, commit, implementation, codeHash }) {
    const link = state.links.get(toEntry(toAddress(manager), key));
    const contractLink = `${link?.head}${commit.slice(2)}${link?.tail}`;
    const next: Revision = {
      ...{ manager: toAddress(manager), key, revision: Number(revision), contractHash, contractLink },
      ...{ implementation: toAddress(implementation), codeHash },
    };
    state.current.set(toEntry(next.manager, key), next);
  },
  Kept(state, { manager, key, revision }) {
    const kept = state.current.get(toEntry(toAddress(manager), key));
    if (kept) state.kept.set(toEntry(kept.manager, key, Number(revision)), kept);
  },
  Followed(state, { follower, manager, key, pinnedRevision }) {
    const account = toAddress(follower);
    if (manager !== zeroAddress) {
      const following = { manager: toAddress(manager), key, pinnedRevision: Number(pinnedRevision) };
      state.following.set(account, following);
      return;
    }
    state.left.set(account, followedBy(state, account)?.implementation ?? zeroAddress);
    state.following.delete(account);
  },
  Deployed(state, { follower }) {
    state.followers.add(toAddress(follower));
  },

  /** Tells of what somebody wishes. */
  Proposed() {},
};

/** A new version voids what was said and scheduled for it. */
function move(state: ChainState, contract: string, version: bigint): RecordState {
  return Object.assign(recordOf(state, contract), { version: Number(version), votes: new Map(), coming: [] });
}

function schedule(
  state: ChainState,
  digest: Bytes32,
  { kind, contracts, since }: { kind: Kind; contracts: Iterable<string>; since: number },
): void {
  const parts = [...contracts].map((one) => {
    const record = recordOf(state, one);
    record.coming.push(digest);
    return { contract: toAddress(one), paused: pausedSeconds(record, since) };
  });
  state.scheduled.set(digest, { kind, since, status: "Waiting", parts });
}

function scheduledOf({ scheduled }: ChainState, digest: Bytes32): ScheduledState {
  const found = scheduled.get(digest);
  if (!found) throw new Error(`nothing tells that ${digest} was scheduled`);
  return found;
}

/** Bits, of whom 32 fit into a number only without its sign. */
function vote({ votes }: RecordState, digest: Bytes32, { rejected, revoked }: Votes): void {
  const before = votes.get(digest) ?? { rejected: 0, revoked: 0 };
  const both = { rejected: (before.rejected | rejected) >>> 0, revoked: (before.revoked | revoked) >>> 0 };
  votes.set(digest, both);
}

function toCouncil({ signers, contractSigners, minSignatures }: Result) {
  return {
    signers: [...(signers as Iterable<string>)].map(toAddress),
    contractSigners: Number(contractSigners),
    minSignatures: Number(minSignatures),
  };
}

function toRules({ authority, guardian, gate, delay, commitReveal }: Result): Rules {
  return {
    ...{ authority: toAddress(authority), guardian: toAddress(guardian), gate: toAddress(gate) },
    ...{ delay: Number(delay), commitReveal, accepted: false },
  };
}
