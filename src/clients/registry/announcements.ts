import { type Address, type Bytes32, type Hex, toAddress } from "../../protocol/hex.ts";
import { registryInterface } from "../../protocol/registry-calls.ts";
import { type LogSource, parseEvents } from "./events.ts";

/** A `Proposed` event: anybody may have sent it, and with any signatures. */
export interface Announcement {
  readonly digest: Bytes32;
  readonly sender: Address;
  readonly signatures: Hex;
  readonly transaction: Bytes32;
}

export function toAnnouncementTopics(digest: Bytes32) {
  return registryInterface.encodeFilterTopics("Proposed", [digest]);
}

/** The `Proposed` events of this registry among the logs. */
export function parseAnnouncements(registry: Address, logs: readonly LogSource[]): Announcement[] {
  return parseEvents(registry, logs, "Proposed").map(({ args, log }) => ({
    digest: args.digest as Bytes32,
    sender: toAddress(args.sender),
    signatures: args.signatures as Hex,
    transaction: log.transactionHash as Bytes32,
  }));
}
