import { Interface } from "ethers";
import type { Approval } from "../../protocol/approval.ts";
import type { Hex } from "../../protocol/hex.ts";
import { type RecordDraft, toContractSignerBits } from "../../protocol/record.ts";
import { registryAbi } from "../../protocol/registry-abi.ts";

export const registryInterface = new Interface(registryAbi);

/** Signers of whom nothing is said sign as accounts. */
export function toRegistrationArguments(draft: RecordDraft): readonly unknown[] {
  const { contractAddress, contractHash, contractLink, signers, contractSigners = [], minSignatures } = draft;
  const bits = toContractSignerBits(signers, contractSigners);
  return [contractAddress, contractHash, contractLink, signers, bits, minSignatures];
}

/** Calldata of `register` (protocol §3). */
export function toRegisterData(draft: RecordDraft): Hex {
  return registryInterface.encodeFunctionData("register", toRegistrationArguments(draft)) as Hex;
}

/** Calldata of `propose`. `signatures` as `packSignatures` packs them; `0x`: none. */
export function toProposeData(approval: Approval, signatures: Hex): Hex {
  return registryInterface.encodeFunctionData("propose", [approval, signatures]) as Hex;
}

/** Calldata of `finalize`. `signatures` as `packSignatures` packs them. */
export function toFinalizeData(approval: Approval, signatures: Hex): Hex {
  return registryInterface.encodeFunctionData("finalize", [approval, signatures]) as Hex;
}
