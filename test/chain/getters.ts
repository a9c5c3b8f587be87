import type { Interface } from "ethers";
import { type Address, type Bytes32, zeroAddress, zeroHash } from "../../src/protocol/hex.ts";
import {
  type ChainState,
  followedBy,
  noRules,
  nothingWritten,
  pausedSeconds,
  type RecordState,
  recordOf,
  type ScheduledState,
  toEntry,
} from "./chain-state.ts";
import { askNode } from "./node.ts";
import { referencesCalls, registryCalls } from "./replay.ts";

/** A question to one of the two contracts, and what the replayed state answers. */
export interface Question {
  readonly of: "registry" | "references";
  readonly name: string;
  readonly args: readonly unknown[];
  readonly expected: readonly unknown[];
}

/** What else to ask about beside all that the state knows: what it should know nothing of. */
export interface Others {
  readonly contracts: readonly Address[];
  readonly digests: readonly Bytes32[];
  readonly managers: readonly Address[];
  readonly keys: readonly Bytes32[];
}

export const callsOf: Readonly<Record<Question["of"], Interface>> = {
  registry: registryCalls,
  references: referencesCalls,
};

const grace = 14 * 86_400;
const statuses = ["None", "Waiting", "Cancelled", "Executed"];

/** Every question that a getter of the registry or the references answers, with what the state says to it at this time. */
export function toQuestions(state: ChainState, { now, others }: { now: number; others: Others }): Question[] {
  const contracts = new Set([
    ...state.records.keys(),
    ...state.followers,
    ...state.following.keys(),
    ...others.contracts,
  ]);
  const votes = [...state.records.values()].flatMap((record) => [...record.votes.keys()]);
  const spokenOf = new Set([...votes, ...others.digests]);
  return [
    ask("curator", [], state.curator),
    ask("pendingCurator", [], state.pendingCurator),
    ...[...contracts].flatMap((contract) => [
      ...askRecord(state, contract, now),
      ...[...spokenOf].map((digest) => askVotes(state, contract, digest)),
      ...askFollower(state, contract),
    ]),
    ...[...new Set([...spokenOf, ...state.scheduled.keys()])].map((digest) => askScheduled(state, digest, now)),
    ...askEntries(state, others),
  ];
}

function ask(name: string, args: readonly unknown[], ...expected: readonly unknown[]): Question {
  return { of: "registry", name, args, expected };
}

function askReferences(name: string, args: readonly unknown[], ...expected: readonly unknown[]): Question {
  return { of: "references", name, args, expected };
}

const nothing = {
  contractHash: zeroHash,
  contractLink: "",
  signers: [],
  contractSigners: 0,
  minSignatures: 0,
  version: 0,
};

function askRecord(state: ChainState, contract: Address, now: number): Question[] {
  const record = state.records.get(contract);
  const { executor = zeroAddress, hasExecutor = false } = record ?? {};
  return [
    ask("record", [contract], record ?? nothing),
    ask("rulesOf", [contract], record?.rules ?? noRules),
    ask("pauseOf", [contract], record?.pause ?? { number: 0, from: 0, until: 0 }),
    ask("executor", [contract], executor),
    ask("contractOf", [executor], hasExecutor ? contract : zeroAddress),
    ask("exitOpen", [contract], isExitOpen(state, contract, now)),
  ];
}

function askVotes(state: ChainState, contract: Address, digest: Bytes32): Question {
  const { rejected = 0, revoked = 0 } = state.records.get(contract)?.votes.get(digest) ?? {};
  return ask("votesOf", [contract, digest], rejected, revoked);
}

function askScheduled(state: ChainState, digest: Bytes32, now: number): Question {
  const found = state.scheduled.get(digest);
  const slack = found?.status === "Waiting" ? slackOf(state, found, now) : 0;
  return ask("scheduled", [digest], statuses.indexOf(found?.status ?? "None"), slack);
}

function askFollower(state: ChainState, follower: Address): Question[] {
  const { manager = zeroAddress, pinnedRevision = 0 } = state.following.get(follower) ?? {};
  const found = followedBy(state, follower);
  return [
    askReferences("resolve", [follower], found ?? nothingWritten, pinnedRevision !== 0),
    askReferences("managerOf", [follower], pinnedRevision === 0 ? manager : zeroAddress),
    askReferences("implementationOf", [follower], found?.implementation ?? state.left.get(follower) ?? zeroAddress),
  ];
}

function askEntries(state: ChainState, { managers, keys }: Others): Question[] {
  const executors = [...state.records.values()].map(({ executor }) => executor);
  const entries = [...managers, ...executors].flatMap((manager) => keys.map((key) => ({ manager, key })));
  return entries.flatMap(({ manager, key }) => {
    const current = state.current.get(toEntry(manager, key)) ?? nothingWritten;
    const numbers = Array.from({ length: current.revision + 2 }, (_, index) => index);
    return [
      askReferences("currentReference", [manager, key], current),
      ...numbers.map((number) => {
        const kept = state.kept.get(toEntry(manager, key, number)) ?? nothingWritten;
        return askReferences("referenceAt", [manager, key, number], number === current.revision ? current : kept);
      }),
    ];
  });
}

/** The smallest, over its records, of (unpaused time since scheduling − delay). A rotation's runs on in a pause. */
function slackOf(state: ChainState, { kind, since, parts }: ScheduledState, now: number): number {
  const slacks = parts.map(({ contract, paused }) => {
    const record = recordOf(state, contract);
    const stood = kind === "Rotation" ? 0 : pausedSeconds(record, now) - paused;
    return now - since - stood - record.rules.delay;
  });
  return Math.min(...slacks);
}

/** Also for what follows an entry that a record's executor manages. */
function isExitOpen(state: ChainState, contract: Address, now: number): boolean {
  const followed = state.following.get(contract);
  const managers = [...state.records].filter(
    ([, { executor, hasExecutor }]) => hasExecutor && followed?.pinnedRevision === 0 && executor === followed.manager,
  );
  return [contract, ...managers.map(([manager]) => manager)].some((one) => isComing(state, one, now));
}

function isComing(state: ChainState, contract: Address, now: number): boolean {
  const coming = state.records.get(contract)?.coming ?? [];
  return coming.some((digest) => {
    const scheduled = state.scheduled.get(digest);
    if (scheduled?.status !== "Waiting" || slackOf(state, scheduled, now) > grace) return false;
    return !scheduled.parts.some((part) => isDead(recordOf(state, part.contract), digest));
  });
}

function isDead({ votes, signers, minSignatures }: RecordState, digest: Bytes32): boolean {
  const rejections = (votes.get(digest)?.rejected ?? 0).toString(2).replaceAll("0", "").length;
  return rejections + minSignatures > signers.length;
}

/** Asks the chain all of it in one request, at its newest block. Answers what is otherwise than expected, in words. */
export async function findDifferences(
  questions: readonly Question[],
  { rpc, addresses }: { rpc: string; addresses: Readonly<Record<Question["of"], Address>> },
): Promise<string[]> {
  const answers = await askNode(
    rpc,
    questions.map(({ of, name, args }) => {
      const data = callsOf[of].encodeFunctionData(name, args);
      return ["eth_call", [{ to: addresses[of], data }, "latest"]];
    }),
  );
  return questions.flatMap(({ of, name, args, expected }, index) => {
    const wanted = callsOf[of].encodeFunctionResult(name, expected);
    const answer = answers[index];
    if (answer === wanted) return [];
    return [`${name}(${args}): the events say ${toWords(expected)}, the chain ${toWords(answer)}`];
  });
}

function toWords(value: unknown): string {
  return JSON.stringify(value, (_, one) => (typeof one === "bigint" ? String(one) : one));
}
