import type { PullFacts } from "../facts.ts";
import type { FinalizeOrder, ProposalVerdict, PullVerdict } from "../verdict.ts";
import { contractsOn } from "./proposal.ts";
import { selectMinimal } from "./tally.ts";

/** What may be sent to the chain now: merged, landed as signed, still so at the tip, and a quorum of every record. */
export function decideMerge(facts: PullFacts, verdict: PullVerdict): FinalizeOrder[] {
  if (facts.pull.state !== "merged") return [];
  return verdict.proposals.flatMap((one) => (one.state === "approved" ? toOrder(one, facts) : []));
}

function toOrder({ chainId, proposal, tallies, signatures }: ProposalVerdict, facts: PullFacts): FinalizeOrder[] {
  if (!proposal) return [];
  const contracts = contractsOn(facts, chainId);
  const deployments = proposal.approval.upgrades.flatMap(({ contractAddress, contractHash }) => {
    const built = contracts.find(({ contract }) => contract.address === contractAddress)?.build;
    if (built?.kind !== "built") return [];
    return [{ salt: contractHash, initcode: built.initcode, account: built.implementation }];
  });
  return [{ proposal, signatures: selectMinimal(tallies, signatures), deployments }];
}
