import type { Address, Bytes32, Hex } from "../protocol/hex.ts";
import { toCancelData, toFinalizeData, toRevokeData, toScheduleData } from "../protocol/registry-calls.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { ProposalVerdict, ReadyTransaction } from "../verdict.ts";
import type { Known } from "./known.ts";
import { findDelay, findRuled } from "./sender.ts";
import { isApproved, selectMinimal } from "./tally.ts";

type Verdict = Pick<ProposalVerdict, "state" | "reasons" | "signatures" | "schedule">;

/**
 * What others than our relayers have to send, or may, beside the orders: an authority the approval; each signer the word
 * that he takes back; a guardian the end of what is scheduled.
 */
export function toReadyTransactions(verdict: Verdict, known: Known): ReadyTransaction[] {
  const cancellations = verdict.schedule ? toCancellations(known.proposal.digest, known) : [];
  return [...toConsent(verdict, known), ...toRevocations(verdict, known), ...cancellations];
}

/** An authority takes its time, so it gets the call before the merge. */
function toConsent({ state, signatures }: Verdict, known: Known): ReadyTransaction[] {
  const { contracts, tallies, proposal } = known;
  const [ruled] = findRuled(contracts);
  if (state !== "proposed" || !ruled || !tallies.every(isApproved)) return [];
  const packed = packSignatures(selectMinimal(tallies, signatures));
  const [purpose, toData] =
    findDelay(contracts) > 0 ? (["schedule", toScheduleData] as const) : (["finalize", toFinalizeData] as const);
  return [toTransaction(known, { purpose, from: ruled.authority, data: toData(proposal.approval, packed) })];
}

/** Signatures are public and live on chain until the deadline. What is scheduled can be revoked no more. */
function toRevocations({ state, schedule, reasons, signatures }: Verdict, known: Known): ReadyTransaction[] {
  const isClosed = reasons.some(({ code }) => code === "closed");
  if (schedule || signatures.length === 0 || !(state === "withdrawn" || isClosed)) return [];
  return known.proposal.approval.upgrades.map(({ contractAddress }) => {
    const data = toRevokeData(contractAddress, known.proposal.digest);
    return toTransaction(known, { purpose: "revoke", from: undefined, data });
  });
}

/** A guardian's, of whatever waits. */
export function toCancellations(
  digest: Bytes32,
  { chain, contracts }: Pick<Known, "chain" | "contracts">,
): ReadyTransaction[] {
  return contracts.flatMap(({ contract, onChain }) => {
    const from = onChain?.rules.guardian;
    const data = toCancelData(digest, contract.address);
    return from ? [toTransaction({ chain }, { purpose: "cancel", from, data })] : [];
  });
}

function toTransaction(
  { chain: { domain } }: Pick<Known, "chain">,
  { purpose, from, data }: { purpose: ReadyTransaction["purpose"]; from: Address | undefined; data: Hex },
): ReadyTransaction {
  return { purpose, chainId: domain.chainId, from, to: domain.registry, data };
}
