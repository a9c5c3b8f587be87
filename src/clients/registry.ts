import type { Result } from "ethers";
import { CountersignError, failure } from "../errors.ts";
import type { ChangeFacts } from "../facts.ts";
import type { Domain } from "../protocol/approval.ts";
import { type Address, type Bytes32, type Hex, toAddress, zeroAddress } from "../protocol/hex.ts";
import type { ContractRecord, RecordDraft } from "../protocol/record.ts";
import { registryInterface, toRegisterData, toRegistrationArguments } from "../protocol/registry-calls.ts";
import type { Chain } from "./chain.ts";
import { type AcceptanceQuery, readAcceptance } from "./registry/acceptance.ts";
import { type Accounts, openAccounts } from "./registry/accounts.ts";
import { type Announcement, parseAnnouncements, toAnnouncementTopics } from "./registry/announcements.ts";
import { call } from "./registry/call.ts";
import { parseChanges, type RecordChange, toChangeTopics } from "./registry/changes.ts";
import { type LogSource, parseEvents } from "./registry/events.ts";
import { type Governance, openGovernance } from "./registry/governance.ts";
import { type News, newsTopics, parseNews } from "./registry/news.ts";
import { readLogs } from "./registry/read-logs.ts";
import { parseRecordAnswer } from "./registry/record-answer.ts";
import { parseSchedulings, type Scheduling, toSchedulingTopics } from "./registry/schedulings.ts";

export interface Head {
  readonly number: number;
  /** Unix time in seconds. */
  readonly timestamp: number;
}

export interface BlockRange {
  readonly fromBlock: number;
  /** The last block that is looked at. */
  readonly block: number;
}

/** What a transaction would do now. A refusal is an answer, not a fault. */
export type Simulation = { readonly kind: "passed" } | { readonly kind: "refused"; readonly message: string };

/**
 * One registry on one chain, read without opinion. `block` pins a read, so that facts of one moment belong together.
 * Everything throws CHAIN_UNREACHABLE, CHAIN_REFUSED or CHAIN_WRONG_ID where there is no answer.
 */
export interface Registry extends Accounts, Governance {
  readonly address: Address;
  readonly chain: Chain;
  readonly domain: Domain;
  /** The newest block. */
  readHead(): Promise<Head>;
  /** A block that is not younger than `time`: where to begin to look for what came after. Unix seconds. */
  readBlockBefore(time: number, head: Head): Promise<number>;
  /** Undefined where nothing is registered for this contract. */
  readRecord(contract: Address, block: number): Promise<ContractRecord | undefined>;
  /** Who makes the record's calls; zero where nothing is registered. */
  readExecutor(contract: Address, block: number): Promise<Address>;
  /** Who may register contracts that have no owner; undefined: nobody. */
  readCurator(block?: number): Promise<Address | undefined>;
  /** The executor that exactly this registration will have. */
  executorOf(draft: RecordDraft): Promise<Address>;
  /** The contract's accepted changes to this hash, oldest first. */
  readChanges(contract: Address, query: BlockRange & { readonly contractHash: Bytes32 }): Promise<ChangeFacts[]>;
  /** The changes that finalizing the approval with this digest made, whoever sent it. */
  readFinalized(digest: Bytes32, range: BlockRange): Promise<RecordChange[]>;
  /** Whether the calls of a change made the executor the contract's owner: it had been handed over in two steps. */
  readAcceptance(change: ChangeFacts, query: Omit<AcceptanceQuery, "registry">): Promise<boolean>;
  /** Who announced the approval with this digest, oldest first. */
  readAnnouncements(digest: Bytes32, range: BlockRange): Promise<Announcement[]>;
  /** Everything that can change where a proposal stands, of any contract, oldest first. */
  readNews(range: BlockRange): Promise<News[]>;
  /** What was scheduled, by whomever, oldest first; of one digest, or of any. */
  readSchedulings(range: BlockRange & { readonly digest?: Bytes32 }): Promise<Scheduling[]>;
  simulateRegister(from: Address, draft: RecordDraft): Promise<Simulation>;
  /** A call to the registry, with calldata of `protocol/registry-calls.ts`. */
  simulate(from: Address, data: Hex): Promise<Simulation>;
  /** The digests that a receipt proves to be scheduled. */
  parseScheduled(receipt: { readonly logs: readonly LogSource[] }): Bytes32[];
  /** The rejections that a receipt proves to be enough to end a digest. */
  parseRejected(receipt: { readonly logs: readonly LogSource[] }): { contract: Address; digest: Bytes32 }[];
  /** The changes that a receipt proves: its logs of this registry. */
  parseFinalized(receipt: { readonly logs: readonly LogSource[] }): RecordChange[];
}

export function openRegistry(chain: Chain, registryAddress: Address): Registry {
  const address = toAddress(registryAddress);

  async function view(name: string, args: readonly unknown[], block?: number): Promise<Result> {
    const data = registryInterface.encodeFunctionData(name, args) as Hex;
    return decode(chain, name, await call(chain, { to: address, data }, block));
  }

  async function readChanges(topics: ReturnType<typeof toChangeTopics>, { fromBlock, block }: BlockRange) {
    return parseChanges(address, await readLogs(chain, { address, topics, fromBlock, toBlock: block }));
  }

  return {
    ...openAccounts(chain, address),
    ...openGovernance(view),
    address,
    chain,
    domain: { chainId: chain.chainId, registry: address },
    readHead: () => readBlock(chain, "latest"),
    readBlockBefore: (time, head) => readBlockBefore(chain, time, head),
    readRecord: async (contract, block) => parseRecordAnswer(contract, (await view("record", [contract], block))[0]),
    readExecutor: async (contract, block) => toAddress((await view("executor", [contract], block))[0]),
    readCurator: async (block) => {
      const curator = toAddress((await view("curator", [], block))[0]);
      return curator === zeroAddress ? undefined : curator;
    },
    executorOf: async (draft) => toAddress((await view("executorOf", toRegistrationArguments(draft)))[0]),
    readChanges: (contract, { contractHash, ...range }) =>
      readChanges(toChangeTopics({ contract, contractHash }), range),
    readFinalized: (digest, range) => readChanges(toChangeTopics({ digest }), range),
    readAcceptance: (change, query) => readAcceptance(chain, change, { ...query, registry: address }),
    readAnnouncements: async (digest, { fromBlock, block }) => {
      const topics = toAnnouncementTopics(digest);
      const logs = await readLogs(chain, { address, topics, fromBlock, toBlock: block });
      return parseAnnouncements(address, logs).filter((one) => one.digest === digest);
    },
    readNews: async ({ fromBlock, block }) =>
      parseNews(address, await readLogs(chain, { address, topics: newsTopics, fromBlock, toBlock: block })),
    async readSchedulings({ digest, fromBlock, block }) {
      const topics = toSchedulingTopics(digest);
      const found = parseSchedulings(address, await readLogs(chain, { address, topics, fromBlock, toBlock: block }));
      return found.filter((one) => digest === undefined || one.digest === digest);
    },
    simulateRegister: (from, draft) => simulate(chain, { from, to: address, data: toRegisterData(draft) }),
    simulate: (from, data) => simulate(chain, { from, to: address, data }),
    parseScheduled: ({ logs }) => parseSchedulings(address, logs).map(({ digest }) => digest),
    parseRejected: ({ logs }) =>
      parseEvents(address, logs, "Rejected").flatMap(({ args }) =>
        args.isDead ? [{ contract: toAddress(args.contractAddress), digest: args.digest }] : [],
      ),
    parseFinalized: ({ logs }) => parseChanges(address, logs),
  };
}

async function simulate(chain: Chain, question: { from: Address; to: Address; data: Hex }): Promise<Simulation> {
  try {
    await call(chain, question);
    return { kind: "passed" };
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "CHAIN_REVERTED") throw error;
    return { kind: "refused", message: error.message };
  }
}

/** Where there is no registry the answer is empty: a wrong setting, told apart from an empty record. */
function decode({ chainId }: Chain, name: string, answer: Hex): Result {
  try {
    const result = registryInterface.decodeFunctionResult(name, answer);
    // Malformed parts throw only when they are looked at.
    result.toArray(true);
    return result;
  } catch {
    throw failure(
      "CHAIN_UNREACHABLE",
      `chain ${chainId}: what stands at the registry's address does not answer ${name}`,
    );
  }
}

async function readBlock(chain: Chain, tag: number | "latest"): Promise<Head> {
  const block = await chain.ask((provider) => provider.getBlock(tag));
  if (block) return { number: block.number, timestamp: block.timestamp };
  throw failure("CHAIN_UNREACHABLE", `the RPC of chain ${chain.chainId} does not have block ${tag}`);
}

/** Goes back four times as far with each step: a few questions also on a chain of a block a second. */
async function readBlockBefore(chain: Chain, time: number, head: Head): Promise<number> {
  let block = head;
  for (let back = 64; block.timestamp > time && block.number > 0; back *= 4) {
    block = await readBlock(chain, Math.max(0, head.number - back));
  }
  return block.number;
}
