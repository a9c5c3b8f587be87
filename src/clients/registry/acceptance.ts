import { Interface, type Log } from "ethers";
import type { ChangeFacts } from "../../facts.ts";
import { type Address, toAddress } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import { toChangeTopics } from "./changes.ts";
import { type LogQuery, readLogs } from "./read-logs.ts";

const ownable = new Interface(["event OwnershipTransferred(address indexed previousOwner, address indexed newOwner)"]);

export interface AcceptanceQuery {
  readonly registry: Address;
  readonly contract: Address;
  readonly executor: Address;
}

/**
 * Whether the calls of a change made the executor the contract's owner. Read from logs, which nodes keep longer than the
 * state of old blocks.
 */
export async function readAcceptance(
  chain: Chain,
  change: Pick<ChangeFacts, "digest" | "transaction" | "block">,
  { registry, contract, executor }: AcceptanceQuery,
): Promise<boolean> {
  async function readOwn(query: Pick<LogQuery, "address" | "topics">): Promise<Log[]> {
    const logs = await readLogs(chain, { ...query, fromBlock: change.block, toBlock: change.block });
    return logs.filter(
      ({ address, transactionHash }) => toAddress(address) === query.address && transactionHash === change.transaction,
    );
  }

  const topics = ownable.encodeFilterTopics("OwnershipTransferred", [null, executor]);
  const accepted = (await readOwn({ address: contract, topics })).at(-1);
  if (!accepted) return false;
  // A Safe can hand over and finalize in one transaction; what came before the change is no call of it.
  const { digest } = change;
  const changed = (await readOwn({ address: registry, topics: toChangeTopics({ contract, digest }) })).at(-1);
  return changed !== undefined && changed.index < accepted.index;
}
