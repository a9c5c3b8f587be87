import type { Log } from "ethers";
import { CountersignError } from "../../errors.ts";
import type { Address } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";

export interface LogQuery {
  readonly address: Address;
  readonly topics: readonly (null | string | readonly string[])[];
  /** Both ends are included. */
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** Below this a refusal is not about the range. */
const smallestRange = 100;

/**
 * All logs of a range, in order. Many RPCs limit the range of one question, each to another number: where one refuses,
 * half as many blocks are asked for from there on.
 *
 * @throws CHAIN_REFUSED, CHAIN_UNREACHABLE
 */
export async function readLogs(chain: Chain, query: LogQuery): Promise<Log[]> {
  const logs: Log[] = [];
  let range = query.toBlock - query.fromBlock + 1;
  for (let start = query.fromBlock; start <= query.toBlock; ) {
    const end = Math.min(start + range - 1, query.toBlock);
    const found = await readRange(chain, { ...query, fromBlock: start, toBlock: end });
    if (found instanceof CountersignError) {
      if (range <= smallestRange) throw found;
      range = Math.ceil(range / 2);
    } else {
      logs.push(...found);
      start = end + 1;
    }
  }
  return logs
    .filter((log) => !log.removed)
    .sort((left, right) => left.blockNumber - right.blockNumber || left.index - right.index);
}

async function readRange(chain: Chain, query: LogQuery): Promise<Log[] | CountersignError> {
  const { address, topics, fromBlock, toBlock } = query;
  try {
    const found = await chain.ask((provider) =>
      provider.getLogs({ address, topics: toFilter(topics), fromBlock, toBlock }),
    );
    // A log from elsewhere would let an old change pass for a new one.
    return found.filter(({ blockNumber }) => blockNumber >= fromBlock && blockNumber <= toBlock);
  } catch (error) {
    if (error instanceof CountersignError && error.code === "CHAIN_REFUSED") return error;
    throw error;
  }
}

function toFilter(topics: LogQuery["topics"]): (null | string | string[])[] {
  return topics.map((topic) => (topic === null || typeof topic === "string" ? topic : [...topic]));
}
