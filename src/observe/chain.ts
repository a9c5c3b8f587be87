import type { Head, Registry } from "../clients/registry.ts";
import { CountersignError, type ErrorCode } from "../errors.ts";
import type {
  ChainFacts,
  ChangeFacts,
  ContractSignatureFacts,
  Post,
  Pull,
  RecordFacts,
  SourceFacts,
} from "../facts.ts";
import type { PolicyContract } from "../policy.ts";
import type { Address, Bytes32 } from "../protocol/hex.ts";
import { takeTurns, toVoices } from "../protocol/voices.ts";
import { observeAcceptance } from "./acceptance.ts";
import { type IsFormerName, isSamePlace } from "./former-names.ts";
import type { ReadScheduled } from "./scheduled.ts";

/** One block of a chain, at which all else about it is read. Unreachable is an answer: the check waits (protocol §6). */
export async function observeChain(
  chainId: number,
  registry: Registry | undefined,
  relayers?: readonly Address[],
): Promise<ChainFacts> {
  if (!registry) return { kind: "unknown", chainId };
  return orUnreachable(chainId, async () => {
    const { number, timestamp } = await registry.readHead();
    const read = { kind: "read", domain: registry.domain, block: number, time: timestamp } as const;
    return relayers ? { ...read, relayers } : read;
  });
}

/** The chain said nothing that can be used: neither yes nor no. */
const unread: readonly ErrorCode[] = ["CHAIN_UNREACHABLE", "CHAIN_REFUSED", "CHAIN_WRONG_ID"];

export async function orUnreachable<T>(
  chainId: number,
  read: () => Promise<T>,
): Promise<T | Extract<ChainFacts, { kind: "unreachable" }>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CountersignError && unread.includes(error.code)) {
      return { kind: "unreachable", chainId, message: error.message };
    }
    throw error;
  }
}

/**
 * The record of one contract. Its past is only asked for where it can matter: once merged, or where the record already
 * has the proposed hash.
 */
export async function observeRecord(
  contract: PolicyContract,
  context: {
    readonly registry: Registry;
    readonly head: Head;
    readonly source: SourceFacts;
    readonly pull: Pick<Pull, "state" | "createdAt">;
    readonly isFormerName: IsFormerName;
    readonly readScheduled: ReadScheduled;
  },
): Promise<RecordFacts> {
  const { registry, head, source, pull, isFormerName, readScheduled } = context;
  const { address, kind } = contract;
  const [record, executor, rules, pausedUntil] = await Promise.all([
    registry.readRecord(address, head.number),
    registry.readExecutor(address, head.number),
    registry.readRules(address, head.number),
    registry.readPausedUntil(address, head.number),
  ]);
  const implementation = kind === "uups" ? await registry.readImplementation(address, head.number) : undefined;
  const isOfInterest = source.kind === "hashed" && (pull.state === "merged" || record?.contractHash === source.hash);
  const changes = isOfInterest
    ? await observeChanges(address, { registry, head, hash: source.hash, since: pull.createdAt })
    : [];
  const isRenamed = record !== undefined && (await isFormerName(record.contractLink));
  const isOwn = toIsOwn(source, isFormerName);
  const own = await findOwn(changes, isOwn);
  const at = { registry, block: head.number };
  const acceptsOwnership = await observeAcceptance(contract, { record, executor, change: own.at(-1) }, at);
  const scheduled = record && rules.delay > 0 ? await readScheduled(record, isOwn) : [];
  return { record, executor, isRenamed, changes: own, implementation, acceptsOwnership, rules, pausedUntil, scheduled };
}

/** Whether a link is the source's, also as it was spelled before the repository got its name. */
function toIsOwn(source: SourceFacts, isFormerName: IsFormerName): (link: string) => Promise<boolean> {
  if (source.kind !== "hashed") return async () => false;
  return async (link) => link === source.link || (isSamePlace(link, source.link) && (await isFormerName(link)));
}

async function findOwn(changes: readonly ChangeFacts[], isOwn: (link: string) => Promise<boolean>) {
  const owned = await Promise.all(changes.map(({ contractLink }) => isOwn(contractLink)));
  return changes.filter((_, index) => owned[index]);
}

async function observeChanges(
  address: Address,
  { registry, head, hash, since }: { registry: Registry; head: Head; hash: Bytes32; since: number },
): Promise<ChangeFacts[]> {
  const fromBlock = await registry.readBlockBefore(since, head);
  return registry.readChanges(address, { contractHash: hash, fromBlock, block: head.number });
}

/** Each question is a call to the chain, and anybody may post. */
const maxQuestions = 100;

/** Asks the contracts among the signers about the signatures that posts carry for them (ERC-1271). */
export async function observeContractSignatures(
  posts: readonly Post[],
  question: {
    readonly registry: Pick<Registry, "isValidContractSignature">;
    readonly block: number;
    readonly contractSigners: readonly Address[];
    readonly digests: Readonly<Record<"sign" | "reject", Bytes32>>;
  },
): Promise<ContractSignatureFacts[]> {
  const { registry, block, contractSigners, digests } = question;
  const asked = toVoices(posts).filter(({ account }) => account && contractSigners.includes(account));
  // In turns first: who copies a signature behind his junk would else decide how late it is asked about.
  const questions = takeTurns(asked).flatMap(({ account, intent, signature }) =>
    account ? [{ account, digest: digests[intent], signature }] : [],
  );
  const distinct = new Map(questions.map((one) => [`${one.account} ${one.digest} ${one.signature}`, one]));
  return Promise.all(
    [...distinct.values()].slice(0, maxQuestions).map(async ({ account, digest, signature }) => {
      const valid = await registry.isValidContractSignature(account, { digest, signature, block });
      return { account, digest, signature, valid };
    }),
  );
}
