import type { PullFacts } from "../facts.ts";
import type { Address } from "../protocol/hex.ts";
import type { Proposal, ProposalVerdict, PullVerdict, SignerStand } from "../verdict.ts";
import { contractsOn } from "./proposal.ts";

/** A proposal that can be signed or rejected now. */
export type OpenProposal = ProposalVerdict & { readonly proposal: Proposal };

/**
 * What a signature would be for; undefined where there is nothing to sign, or where one of the proposals cannot be signed:
 * who signs half of a pull request should have said so by naming the chain.
 */
export function decideSigning({ proposals }: PullVerdict, chainId?: number): readonly OpenProposal[] | undefined {
  const wanted = proposals.filter((one) => chainId === undefined || one.chainId === chainId);
  const open = wanted.filter(isOpen);
  return open.length > 0 && open.length === wanted.length ? open : undefined;
}

/** More than enough signatures do no harm: whoever wants his own on it may sign what is approved. */
function isOpen(verdict: ProposalVerdict): verdict is OpenProposal {
  return verdict.proposal !== undefined && (verdict.state === "proposed" || verdict.state === "approved");
}

/** Whether the account signs for some record of the proposal by a key of its own, and no authority rules there (protocol §3). */
export function isAccountSigner(account: Address, { chainId }: OpenProposal, facts: PullFacts): boolean {
  return contractsOn(facts, chainId).some(({ onChain }) => {
    const record = onChain?.rules.isAccepted ? undefined : onChain?.record;
    return record?.signers.includes(account) && !record.contractSigners.includes(account);
  });
}

/** What the signer has said so far, and where. */
export function findStand(account: Address, { tallies }: OpenProposal): SignerStand | undefined {
  return tallies
    .flatMap(({ signers }) => signers)
    .find(({ signer, stand }) => signer === account && stand !== "missing");
}
