import type { Result } from "ethers";
import { failure } from "../../errors.ts";
import { type Address, toAddress } from "../../protocol/hex.ts";
import { registryInterface } from "../../protocol/registry-calls.ts";

/** What a transaction left behind, as far as it is looked at here. */
export interface LogSource {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly transactionHash: string;
  readonly blockNumber: number;
}

export interface RegistryEvent {
  readonly args: Result;
  readonly log: LogSource;
}

/** The events of this name and registry among the logs; a log of another contract says nothing about a record. */
export function parseEvents(registry: Address, logs: readonly LogSource[], name: string): RegistryEvent[] {
  return logs
    .filter(({ address }) => toAddress(address) === registry)
    .flatMap((log) => {
      const event = parseLog(log);
      return event?.name === name ? [{ args: event.args, log }] : [];
    });
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
