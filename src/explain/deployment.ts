import type { Address, Bytes32 } from "../protocol/hex.ts";
import type { ProposalVerdict } from "../verdict.ts";

/** What a GitHub Deployment says of one contract and transaction. */
export interface DeploymentWords {
  /** `CHAIN / CONTRACT` */
  readonly environment: string;
  readonly description: string;
  readonly payload: {
    readonly transaction: Bytes32;
    readonly contract: Address;
    readonly chainId: number;
    readonly contractHash: Bytes32;
    readonly version: number;
  };
}

/** One deployment for each contract of a finalized proposal whose transaction is known. */
export function explainDeployments({ state, chainId, proposal, transaction }: ProposalVerdict): DeploymentWords[] {
  if (state !== "finalized" || !proposal || !transaction) return [];
  return proposal.approval.upgrades.map(({ contractAddress, contractHash, version }) => ({
    environment: `${chainId} / ${contractAddress}`,
    description: `Version ${version}, hash ${contractHash.slice(0, 18)}…`,
    payload: { transaction, contract: contractAddress, chainId, contractHash, version },
  }));
}
