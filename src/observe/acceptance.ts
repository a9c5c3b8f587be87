import type { Registry } from "../clients/registry.ts";
import type { ChangeFacts, RecordFacts } from "../facts.ts";
import type { PolicyContract } from "../policy.ts";

/**
 * Whether the plan begins with `acceptOwnership()` (protocol §3, Register). Once the change is on chain nothing is pending
 * any more, and what it did tells: the digest must stay what was signed.
 */
export async function observeAcceptance(
  { address: contract, kind }: PolicyContract,
  { record, executor, change }: Pick<RecordFacts, "record" | "executor"> & { readonly change: ChangeFacts | undefined },
  { registry, block }: { readonly registry: Registry; readonly block: number },
): Promise<boolean> {
  if (kind === "record" || !record) return false;
  if (change) return registry.readAcceptance(change, { contract, executor });
  return (await registry.readPendingOwner(contract, block)) === executor;
}
