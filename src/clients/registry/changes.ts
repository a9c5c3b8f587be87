import { failure } from "../../errors.ts";
import type { ChangeFacts } from "../../facts.ts";
import { type Address, type Bytes32, toAddress } from "../../protocol/hex.ts";
import { registryInterface } from "./calldata.ts";

/** A `RecordChanged` event, with the contract that it is about. */
export interface RecordChange extends ChangeFacts {
  readonly contractAddress: Address;
}

/** What a transaction left behind, as far as it is looked at here. */
export interface LogSource {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly transactionHash: string;
  readonly blockNumber: number;
}

/** Topics that find changes by contract, hash or approval digest; undefined: any. */
export function toChangeTopics(wanted: { contract?: Address; contractHash?: Bytes32; digest?: Bytes32 }) {
  const { contract = null, contractHash = null, digest = null } = wanted;
  return registryInterface.encodeFilterTopics("RecordChanged", [contract, contractHash, digest]);
}

/** The `RecordChanged` events of this registry among the logs; a log of another contract says nothing about a record. */
export function parseChanges(registry: Address, logs: readonly LogSource[]): RecordChange[] {
  return logs.filter(({ address }) => toAddress(address) === registry).flatMap(parseChange);
}

function parseChange(log: LogSource): RecordChange[] {
  const event = parseLog(log);
  if (event?.name !== "RecordChanged") return [];
  const { contractAddress, contractHash, digest, version, contractLink } = event.args;
  return [
    {
      contractAddress: toAddress(contractAddress),
      contractHash: contractHash as Bytes32,
      digest: digest as Bytes32,
      version: Number(version),
      contractLink: String(contractLink),
      transaction: log.transactionHash as Bytes32,
      block: log.blockNumber,
    },
  ];
}

function parseLog(log: LogSource) {
  try {
    const event = registryInterface.parseLog(log);
    // Malformed parts throw only when they are looked at.
    event?.args.toArray(true);
    return event;
  } catch {
    throw failure("CHAIN_UNREACHABLE", `the RPC answered with a log of ${log.transactionHash} that cannot be read`);
  }
}
