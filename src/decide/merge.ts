import type { PullFacts } from "../facts.ts";
import type { Address } from "../protocol/hex.ts";
import type { FinalizeOrder, MergeOrder, ProposalVerdict, PullVerdict } from "../verdict.ts";
import { contractsOn } from "./proposal.ts";
import { findDelay } from "./sender.ts";
import { isRejected, selectMinimal } from "./tally.ts";

/**
 * What may be sent to the chain now. Merged, landed as signed and still so at the tip: finalized by a quorum of every
 * record, or scheduled where there is a delay, and executed once it is ripe. Whatever became of the pull request, posted
 * rejections that end what is scheduled are brought to the chain, which counts no posts.
 */
export function decideMerge(facts: PullFacts, { proposals }: PullVerdict): MergeOrder[] {
  return proposals.flatMap((one) => [
    ...(facts.pull.state === "merged" ? toSteps(one, facts) : []),
    ...toRejections(one),
  ]);
}

function toSteps({ chainId, proposal, reasons, tallies, signatures }: ProposalVerdict, facts: PullFacts): MergeOrder[] {
  if (!proposal) return [];
  const deployments = toDeployments(proposal, chainId, facts);
  const quorum = () => ({ proposal, signatures: selectMinimal(tallies, signatures), deployments });
  const isDelayed = findDelay(contractsOn(facts, chainId)) > 0;
  return reasons.flatMap((reason): MergeOrder[] => {
    switch (reason.code) {
      case "finalizing":
        return [{ kind: "finalize", ...quorum() }];
      case "scheduling":
        return [{ kind: "schedule", ...quorum() }];
      case "gated":
        return [{ kind: isDelayed ? "schedule" : "finalize", ...quorum(), from: reason.gate }];
      case "executing":
        return [{ kind: "execute", proposal, deployments }];
      default:
        return [];
    }
  });
}

function toDeployments(
  { approval }: FinalizeOrder["proposal"],
  chainId: number,
  facts: PullFacts,
): FinalizeOrder["deployments"] {
  const contracts = contractsOn(facts, chainId);
  return approval.upgrades.flatMap(({ contractAddress, contractHash }) => {
    const built = contracts.find(({ contract }) => contract.address === contractAddress)?.build;
    if (built?.kind !== "built") return [];
    return [{ salt: contractHash, initcode: built.initcode, account: built.implementation }];
  });
}

/** One dead record stops the whole; the chain takes signatures of that record's signers alone. */
function toRejections({ state, proposal, reasons, tallies, rejections = [] }: ProposalVerdict): MergeOrder[] {
  const isComing = reasons.some(({ code }) => code === "still-scheduled");
  if (state !== "rejected" || !isComing || !proposal) return [];
  const [dead] = tallies.filter(isRejected);
  const isHere = (signer: Address) => dead?.signers.some((one) => one.signer === signer);
  const signatures = rejections.filter(({ signer }) => isHere(signer));
  return dead ? [{ kind: "reject", proposal, contract: dead.contract, signatures }] : [];
}
