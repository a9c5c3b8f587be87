import { TypedDataEncoder, type TypedDataField } from "ethers";
import type { Address, Bytes32, Hex } from "./hex.ts";

/** EIP-712 domain of one registry on one chain (protocol §4). */
export interface Domain {
  readonly chainId: number;
  readonly registry: Address;
}

/** What must stand at `account` when the upgrade is finalized. */
export interface Code {
  readonly account: Address;
  readonly codeHash: Bytes32;
}

export interface Call {
  readonly target: Address;
  /** Wei, paid from the executor's own balance. */
  readonly value: bigint;
  /** The least gas that must reach the call; 0: no minimum. */
  readonly minGas: bigint;
  readonly data: Hex;
}

export interface Upgrade {
  readonly contractAddress: Address;
  /** The version that the record will have. */
  readonly version: number;
  readonly contractHash: Bytes32;
  readonly contractLink: string;
  /** Zero where nothing is compiled. */
  readonly buildHash: Bytes32;
  readonly code: readonly Code[];
  readonly calls: readonly Call[];
}

/** What a signer approves: one signature covers every contract that a pull request upgrades on one chain. */
export interface Approval {
  readonly upgrades: readonly Upgrade[];
  /** Unix time in seconds. */
  readonly deadline: number;
}

/** A signature against the message with this digest. */
export interface Rejection {
  readonly digest: Bytes32;
  readonly deadline: number;
}

type Types = Record<string, TypedDataField[]>;

export const approvalTypes: Types = {
  Approval: [
    { name: "upgrades", type: "Upgrade[]" },
    { name: "deadline", type: "uint64" },
  ],
  Upgrade: [
    { name: "contractAddress", type: "address" },
    { name: "version", type: "uint64" },
    { name: "contractHash", type: "bytes32" },
    { name: "contractLink", type: "string" },
    { name: "buildHash", type: "bytes32" },
    { name: "code", type: "Code[]" },
    { name: "calls", type: "Call[]" },
  ],
  Code: [
    { name: "account", type: "address" },
    { name: "codeHash", type: "bytes32" },
  ],
  Call: [
    { name: "target", type: "address" },
    { name: "value", type: "uint256" },
    { name: "minGas", type: "uint64" },
    { name: "data", type: "bytes" },
  ],
};

export const rejectionTypes: Types = {
  Rejection: [
    { name: "digest", type: "bytes32" },
    { name: "deadline", type: "uint64" },
  ],
};

/** The domain as wallets take it. */
export function toEip712Domain({ chainId, registry }: Domain) {
  return { name: "Countersign", version: "1", chainId, verifyingContract: registry };
}

/** The digest that an approval's signature is over (EIP-712, protocol §4). */
export function hashApproval(domain: Domain, approval: Approval): Bytes32 {
  return TypedDataEncoder.hash(toEip712Domain(domain), approvalTypes, approval) as Bytes32;
}

/** The struct hash alone: what a hardware wallet shows beside the domain's. */
export function hashApprovalStruct(approval: Approval): Bytes32 {
  return TypedDataEncoder.hashStruct("Approval", approvalTypes, approval) as Bytes32;
}

export function hashRejectionStruct(rejection: Rejection): Bytes32 {
  return TypedDataEncoder.hashStruct("Rejection", rejectionTypes, rejection) as Bytes32;
}

export function hashDomain(domain: Domain): Bytes32 {
  return TypedDataEncoder.hashDomain(toEip712Domain(domain)) as Bytes32;
}

/** The digest that a rejection's signature is over. */
export function hashRejection(domain: Domain, rejection: Rejection): Bytes32 {
  return TypedDataEncoder.hash(toEip712Domain(domain), rejectionTypes, rejection) as Bytes32;
}

/** What `eth_signTypedData_v4` takes, as JSON: for any wallet, and for the copy in the comment. */
export function toTypedData(domain: Domain, approval: Approval): unknown {
  return TypedDataEncoder.getPayload(toEip712Domain(domain), approvalTypes, approval);
}

export function toRejectionTypedData(domain: Domain, rejection: Rejection): unknown {
  return TypedDataEncoder.getPayload(toEip712Domain(domain), rejectionTypes, rejection);
}
