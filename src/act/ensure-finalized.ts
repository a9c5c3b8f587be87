import type { Registry } from "../clients/registry.ts";
import type { Receipt } from "../clients/relayer/receipt.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { toExecuteData, toFinalizeData } from "../protocol/registry-calls.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { ExecuteOrder, FinalizeOrder, Proposal } from "../verdict.ts";
import { type ChainClients, ensureStep, type Outcome, type Step, toRange } from "./ensure-step.ts";

/** Sees to it that the approval is finalized, by whomever. As `ensureStep`. */
export function ensureFinalized({ proposal, signatures }: FinalizeOrder, clients: ChainClients): Promise<Outcome> {
  const data = toFinalizeData(proposal.approval, packSignatures(signatures));
  return ensureStep(toChange({ purpose: `finalize ${proposal.digest}`, data }, proposal, clients), clients);
}

/** Sees to it that what is scheduled and ripe is executed, by whomever. As `ensureStep`. */
export function ensureExecuted({ proposal }: ExecuteOrder, clients: ChainClients): Promise<Outcome> {
  const data = toExecuteData(proposal.approval);
  return ensureStep(toChange({ purpose: `execute ${proposal.digest}`, data }, proposal, clients), clients);
}

/** Both are done when the records have changed under this digest. */
function toChange(
  step: Pick<Step, "purpose" | "data">,
  proposal: Proposal,
  { registry }: Pick<ChainClients, "registry">,
): Step {
  return {
    ...step,
    findDone: () => findChange(proposal, registry),
    findMissing: (receipt) => findMissing(receipt, proposal, registry),
  };
}

async function findChange(proposal: Proposal, registry: Registry): Promise<Bytes32 | undefined> {
  const [upgrade] = proposal.approval.upgrades;
  const { number } = await registry.readHead();
  const record = upgrade && (await registry.readRecord(upgrade.contractAddress, number));
  if (!record || record.version < upgrade.version) return undefined;
  const [change] = await registry.readFinalized(proposal.digest, await toRange(registry, proposal));
  return change?.transaction;
}

/** A receipt counts only if it holds the change of every contract to exactly this. */
function findMissing(receipt: Receipt, { approval, digest }: Proposal, registry: Registry): readonly string[] {
  const changes = registry.parseFinalized(receipt);
  const missing = approval.upgrades.filter(
    ({ contractAddress, contractHash }) =>
      !changes.some(
        (change) =>
          change.digest === digest &&
          change.contractAddress === contractAddress &&
          change.contractHash === contractHash,
      ),
  );
  return missing.map(({ contractAddress }) => `the change of ${contractAddress}`);
}
