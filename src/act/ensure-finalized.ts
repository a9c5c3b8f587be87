import { toFinalizeTransaction } from "../clients/registry/transactions.ts";
import type { Registry } from "../clients/registry.ts";
import type { Receipt } from "../clients/relayer/receipt.ts";
import type { Relayer } from "../clients/relayer.ts";
import { CountersignError, failure } from "../errors.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { FinalizeOrder, Proposal } from "../verdict.ts";

export type Finalization =
  | { readonly kind: "finalized"; readonly transaction: Bytes32; readonly gasUsed: bigint; readonly block: number }
  /** The registry would not have it, or did not: nothing has changed. */
  | { readonly kind: "refused"; readonly message: string };

interface Clients {
  readonly registry: Registry;
  readonly relayer: Relayer;
}

/** What a deadline is ahead of its finalize at most (protocol §3), so where to begin to look for one. */
const longestTerm = 30 * 86_400;

/**
 * Sees to it that the approval is finalized, by whomever: looks for it on the chain, then for what was sent for it
 * before, and sends it only where neither is there and a simulation passes. To be called again after any fault.
 *
 * @throws CHAIN_UNREACHABLE, RELAYER_UNABLE, TRANSACTION_UNKNOWN and the like: what happened is not known
 */
export async function ensureFinalized(order: FinalizeOrder, clients: Clients): Promise<Finalization> {
  try {
    return (await findFinalized(order.proposal, clients)) ?? (await finalize(order, clients));
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "CHAIN_REVERTED") throw error;
    // Most likely somebody else was faster: it is public once the quorum has signed (threats.md 71).
    return (await findFinalized(order.proposal, clients)) ?? { kind: "refused", message: error.message };
  }
}

async function finalize(order: FinalizeOrder, { registry, relayer }: Clients): Promise<Finalization> {
  const purpose = `finalize ${order.proposal.digest}`;
  const earlier = await relayer.find(purpose);
  if (earlier) return toFinalization(earlier, order.proposal, registry);
  await assertPasses(order, { registry, relayer });
  const { to, data } = toFinalizeTransaction(order);
  const receipt = await relayer.send({ purpose, to, data });
  return toFinalization(receipt, order.proposal, registry);
}

/** A gate lets one sender pass: it is enough that one of ours does. @throws CHAIN_REVERTED */
async function assertPasses({ proposal, signatures }: FinalizeOrder, { registry, relayer }: Clients): Promise<void> {
  const packed = packSignatures(signatures);
  let refusal = "";
  for (const sender of relayer.addresses) {
    const simulation = await registry.simulateFinalize(sender, proposal.approval, packed);
    if (simulation.kind === "passed") return;
    refusal ||= simulation.message;
  }
  throw failure("CHAIN_REVERTED", refusal);
}

async function findFinalized(proposal: Proposal, { registry, relayer }: Clients): Promise<Finalization | undefined> {
  const { approval, digest } = proposal;
  const head = await registry.readHead();
  const [upgrade] = approval.upgrades;
  const record = upgrade && (await registry.readRecord(upgrade.contractAddress, head.number));
  if (!record || record.version < upgrade.version) return undefined;
  const fromBlock = await registry.readBlockBefore(approval.deadline - longestTerm, head);
  const [change] = await registry.readFinalized(digest, { fromBlock, block: head.number });
  return change && toFinalization(await relayer.confirm(change.transaction), proposal, registry);
}

/** A receipt counts only if it holds the change of every contract to exactly this (threats.md 100). */
function toFinalization(receipt: Receipt, { approval, digest }: Proposal, registry: Registry): Finalization {
  const changes = registry.parseFinalized(receipt);
  const missing = approval.upgrades.filter(
    ({ contractAddress, version, contractHash }) =>
      !changes.some(
        (change) =>
          change.digest === digest &&
          change.contractAddress === contractAddress &&
          change.version === version &&
          change.contractHash === contractHash,
      ),
  );
  const { transaction, gasUsed, block, succeeded } = receipt;
  if (succeeded && missing.length === 0) return { kind: "finalized", transaction, gasUsed, block };
  const contracts = missing.map(({ contractAddress }) => contractAddress).join(", ");
  throw failure("TRANSACTION_UNKNOWN", `the receipt of ${transaction} does not show the change of ${contracts}`);
}
