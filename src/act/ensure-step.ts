import type { Registry } from "../clients/registry.ts";
import type { Receipt } from "../clients/relayer/receipt.ts";
import type { Relayer } from "../clients/relayer.ts";
import { CountersignError, failure } from "../errors.ts";
import type { Bytes32, Hex } from "../protocol/hex.ts";
import type { Proposal } from "../verdict.ts";

export type Outcome =
  | { readonly kind: "done"; readonly transaction: Bytes32; readonly gasUsed: bigint; readonly block: number }
  /** The registry would not have it, or did not: nothing has changed. */
  | { readonly kind: "refused"; readonly message: string };

export interface ChainClients {
  readonly registry: Registry;
  readonly relayer: Relayer;
  /** Throws where nothing of it must be sent any more; asked right before anything is. */
  readonly assertDue?: (() => Promise<void>) | undefined;
}

/** One transaction to the registry that takes effect at most once, whoever sends it. */
export interface Step {
  /** What it is for, such as `finalize 0x…`. */
  readonly purpose: string;
  readonly data: Hex;
  /** Looks on the chain for the transaction that did it, by whomever. */
  findDone(): Promise<Bytes32 | undefined>;
  /** What a receipt lacks of what the step should show (threats.md 100); nothing where it proves it. */
  findMissing(receipt: Receipt): readonly string[];
}

/** What a deadline is ahead of its transaction at most (protocol §3), so where to begin to look for one; in seconds. */
const longestTerm = 30 * 86_400;

/**
 * Sees to it that a step is taken: looks for it on the chain, then for what was sent for it before, and sends it only
 * where neither is there and a simulation passes. To be called again after any fault.
 *
 * @throws CHAIN_UNREACHABLE, RELAYER_UNABLE, TRANSACTION_UNKNOWN and the like: what happened is not known
 */
export async function ensureStep(step: Step, clients: ChainClients): Promise<Outcome> {
  try {
    return (await findOutcome(step, clients)) ?? (await take(step, clients));
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "CHAIN_REVERTED") throw error;
    // Most likely somebody else was faster: it is public once the quorum has signed (threats.md 71).
    return (await findOutcome(step, clients)) ?? { kind: "refused", message: error.message };
  }
}

async function take(step: Step, { registry, relayer, assertDue }: ChainClients): Promise<Outcome> {
  const { purpose, data } = step;
  const order = { purpose, to: registry.address, data, assertDue };
  const earlier = await relayer.find(order);
  if (earlier) return toOutcome(earlier, step);
  await assertPasses(data, { registry, relayer });
  return toOutcome(await relayer.send(order), step);
}

/** A gate lets one sender pass: it is enough that one of ours does. @throws CHAIN_REVERTED */
async function assertPasses(data: Hex, { registry, relayer }: ChainClients): Promise<void> {
  let refusal = "";
  for (const sender of relayer.addresses) {
    const simulation = await registry.simulate(sender, data);
    if (simulation.kind === "passed") return;
    refusal ||= simulation.message;
  }
  throw failure("CHAIN_REVERTED", refusal);
}

async function findOutcome(step: Step, { relayer }: ChainClients): Promise<Outcome | undefined> {
  const transaction = await step.findDone();
  return transaction && toOutcome(await relayer.confirm(transaction), step);
}

function toOutcome(receipt: Receipt, step: Step): Outcome {
  const missing = step.findMissing(receipt);
  const { transaction, gasUsed, block, succeeded } = receipt;
  if (succeeded && missing.length === 0) return { kind: "done", transaction, gasUsed, block };
  throw failure("TRANSACTION_UNKNOWN", `the receipt of ${transaction} does not show ${missing.join(", ")}`);
}

/** All blocks in which anything can have been done under an approval's signatures: none is older than its term. */
export async function toRange(registry: Registry, { approval }: Proposal) {
  const head = await registry.readHead();
  return { fromBlock: await registry.readBlockBefore(approval.deadline - longestTerm, head), block: head.number };
}
