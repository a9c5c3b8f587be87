import { type Address, type Bytes32, toAddress } from "../../protocol/hex.ts";
import { registryInterface } from "../../protocol/registry-calls.ts";
import { type LogSource, parseEvents } from "./events.ts";

/** One contract's part in an `ApprovalScheduled` event: whoever sent it, a quorum had signed. */
export interface Scheduling {
  readonly digest: Bytes32;
  readonly deadline: number;
  readonly contract: Address;
  readonly version: number;
  readonly contractLink: string;
  readonly transaction: Bytes32;
}

/** Topics that find what was scheduled, by digest; undefined: any. */
export function toSchedulingTopics(digest: Bytes32 | null = null) {
  return registryInterface.encodeFilterTopics("ApprovalScheduled", [digest]);
}

/** The `ApprovalScheduled` events of this registry among the logs, by contract. */
export function parseSchedulings(registry: Address, logs: readonly LogSource[]): Scheduling[] {
  return parseEvents(registry, logs, "ApprovalScheduled").flatMap(({ args, log }) => {
    const upgrades = [...args.approval.upgrades];
    return upgrades.map(({ contractAddress, version, contractLink }) => ({
      digest: args.digest as Bytes32,
      deadline: Number(args.approval.deadline),
      contract: toAddress(contractAddress),
      version: Number(version),
      contractLink: String(contractLink),
      transaction: log.transactionHash as Bytes32,
    }));
  });
}
