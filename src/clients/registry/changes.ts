import type { ChangeFacts } from "../../facts.ts";
import { type Address, type Bytes32, toAddress } from "../../protocol/hex.ts";
import { registryInterface } from "../../protocol/registry-calls.ts";
import { type LogSource, parseEvents } from "./events.ts";

/** A `RecordChanged` event, with the contract that it is about. */
export interface RecordChange extends ChangeFacts {
  readonly contractAddress: Address;
}

/** Topics that find changes by contract, hash or approval digest; undefined: any. */
export function toChangeTopics(wanted: { contract?: Address; contractHash?: Bytes32; digest?: Bytes32 }) {
  const { contract = null, contractHash = null, digest = null } = wanted;
  return registryInterface.encodeFilterTopics("RecordChanged", [contract, contractHash, digest]);
}

/** The `RecordChanged` events of this registry among the logs. */
export function parseChanges(registry: Address, logs: readonly LogSource[]): RecordChange[] {
  return parseEvents(registry, logs, "RecordChanged").map(({ args, log }) => {
    const { contractAddress, contractHash, digest, version, contractLink } = args;
    return {
      contractAddress: toAddress(contractAddress),
      contractHash: contractHash as Bytes32,
      digest: digest as Bytes32,
      version: Number(version),
      contractLink: String(contractLink),
      transaction: log.transactionHash as Bytes32,
      block: log.blockNumber,
    };
  });
}
