import { isAddress, type Log, Result } from "ethers";
import { failure } from "../../errors.ts";
import { type Address, toAddress } from "../../protocol/hex.ts";
import { registryInterface } from "../../protocol/registry-calls.ts";
import { parseEvents } from "./events.ts";

/** An event that can change where a proposal stands. */
export interface News {
  /** Of this event in this block: after a reorganisation the same event is another one. */
  readonly id: string;
  readonly block: number;
  /** Every address that it names: the contracts that it is about are among them. */
  readonly names: readonly Address[];
}

/**
 * Not `Proposed`: nothing that is shown or sent hangs on it, and anybody may emit it for gas alone (threats.md 103). Not
 * `Executed`: the change that it carries out has an event of its own.
 */
const events = [
  "Registered",
  "RecordChanged",
  "Rotated",
  "AuthorityAccepted",
  "FollowingChanged",
  "ApprovalScheduled",
  "RotationScheduled",
  "CommitmentScheduled",
  "FollowingScheduled",
  "Cancelled",
  "Rejected",
  "Revoked",
  "Paused",
  "Unpaused",
] as const;

export const newsTopics = [events.map(toTopic)];

/** What this registry has to tell, in order. */
export function parseNews(registry: Address, logs: readonly Log[]): News[] {
  return logs.flatMap((log) => {
    const [event] = events.flatMap((name) => parseEvents(registry, [log], name));
    if (!event) return [];
    return [{ id: `${log.blockHash}/${log.index}`, block: log.blockNumber, names: [...namesIn(event.args)] }];
  });
}

/** Structures too: what is scheduled names its contracts inside of one. */
function namesIn(value: unknown): Set<Address> {
  if (value instanceof Result) return new Set(value.toArray().flatMap((part) => [...namesIn(part)]));
  return new Set(typeof value === "string" && isAddress(value) ? [toAddress(value)] : []);
}

function toTopic(name: string): string {
  const event = registryInterface.getEvent(name);
  if (!event) throw failure("INTERNAL", `the registry has no event ${name}`);
  return event.topicHash;
}
