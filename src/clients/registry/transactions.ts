import { deployerAddress, toDeploymentData } from "../../protocol/bytecode.ts";
import type { Hex } from "../../protocol/hex.ts";
import { packSignatures } from "../../protocol/signature.ts";
import type { FinalizeOrder, ReadyTransaction } from "../../verdict.ts";
import { toFinalizeData } from "./calldata.ts";

/** Deploys an implementation, from any account to the same address (protocol §4). */
export function toDeployTransaction(
  { salt, initcode }: FinalizeOrder["deployments"][number],
  chainId: number,
): ReadyTransaction {
  return { kind: "deploy", chainId, to: deployerAddress, data: toDeploymentData(salt, initcode as Hex) };
}

/** Finalizes an approval, from any account but where a record has a gate (protocol §3). */
export function toFinalizeTransaction({ proposal, signatures }: FinalizeOrder): ReadyTransaction {
  const { domain, approval } = proposal;
  const data = toFinalizeData(approval, packSignatures(signatures));
  return { kind: "finalize", chainId: domain.chainId, to: domain.registry, data };
}
