import type { ProposalVerdict } from "../verdict.ts";
import type { DeploymentWords } from "../words.ts";

/** One deployment for each contract of a finalized proposal whose transaction is known. */
export function explainDeployments({ state, chainId, proposal, transaction }: ProposalVerdict): DeploymentWords[] {
  if (state !== "finalized" || !proposal || !transaction) return [];
  return proposal.approval.upgrades.map(({ contractAddress, contractHash, version }) => ({
    environment: `${chainId} / ${contractAddress}`,
    description: `Version ${version}, hash ${contractHash.slice(0, 18)}…`,
    payload: { transaction, contract: contractAddress, chainId, contractHash, version },
  }));
}
