import { Interface } from "ethers";
import type { Approval, Rejection } from "./approval.ts";
import type { Address, Bytes32, Hex } from "./hex.ts";
import { type RecordDraft, toContractSignerBits } from "./record.ts";
import { registryAbi } from "./registry-abi.ts";

export const registryInterface = new Interface(registryAbi);

function encode(name: string, args: readonly unknown[]): Hex {
  return registryInterface.encodeFunctionData(name, args) as Hex;
}

/** Signers of whom nothing is said sign as accounts. */
export function toRegistrationArguments(draft: RecordDraft): readonly unknown[] {
  const { contractAddress, contractHash, contractLink, signers, contractSigners = [], minSignatures } = draft;
  const bits = toContractSignerBits(signers, contractSigners);
  return [contractAddress, contractHash, contractLink, signers, bits, minSignatures];
}

/** Calldata of `register` (protocol §3). */
export function toRegisterData(draft: RecordDraft): Hex {
  return encode("register", toRegistrationArguments(draft));
}

/** Calldata of `propose`. `signatures` as `packSignatures` packs them; `0x`: none. */
export function toProposeData(approval: Approval, signatures: Hex): Hex {
  return encode("propose", [approval, signatures]);
}

/** Calldata of `finalize`. `signatures` as `packSignatures` packs them. */
export function toFinalizeData(approval: Approval, signatures: Hex): Hex {
  return encode("finalize", [approval, signatures]);
}

/** Calldata of `schedule`, which starts the delay. `signatures` as in `finalize`. */
export function toScheduleData(approval: Approval, signatures: Hex): Hex {
  return encode("schedule", [approval, signatures]);
}

/** Calldata of `execute`, which carries out what was scheduled. */
export function toExecuteData(approval: Approval): Hex {
  return encode("execute", [approval]);
}

/** Calldata of `reject`. `signatures` are over the rejection, by signers of this record alone. */
export function toRejectData(contract: Address, rejection: Rejection, signatures: Hex): Hex {
  return encode("reject", [contract, rejection, signatures]);
}

/** Calldata of `cancel`, which a guardian sends. */
export function toCancelData(digest: Bytes32, contract: Address): Hex {
  return encode("cancel", [digest, contract]);
}

/** Calldata of `revoke`, which a signer sends. */
export function toRevokeData(contract: Address, digest: Bytes32): Hex {
  return encode("revoke", [contract, digest]);
}
