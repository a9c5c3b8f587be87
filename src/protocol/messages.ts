import { TypedDataEncoder, type TypedDataField } from "ethers";
import {
  type Approval,
  approvalTypes,
  type Domain,
  type Rejection,
  rejectionTypes,
  toEip712Domain,
} from "./approval.ts";
import type { Address, Bytes32 } from "./hex.ts";

/** Signers and governance of a record, replaced as a whole (protocol §3). A zero address: none. */
export interface Rotation {
  readonly contractAddress: Address;
  /** The version that the record will have. */
  readonly version: number;
  /** Ascending. */
  readonly signers: readonly Address[];
  /** Bit i is set where signer i signs by ERC-1271. */
  readonly contractSigners: number;
  readonly minSignatures: number;
  readonly authority: Address;
  readonly guardian: Address;
  readonly gate: Address;
  /** Seconds between schedule and execute. */
  readonly delay: number;
  readonly commitReveal: boolean;
  /** Unix time in seconds, as in all messages. */
  readonly deadline: number;
}

/** An approval that nobody can read before it is revealed; contracts and versions are the approval's, in its order. */
export interface Commitment {
  readonly contracts: readonly Address[];
  readonly versions: readonly number[];
  readonly commitment: Bytes32;
  readonly deadline: number;
}

/** Consent to take what `manager` writes under `key`; manager zero: no more. */
export interface Following {
  readonly contractAddress: Address;
  readonly version: number;
  readonly manager: Address;
  readonly key: Bytes32;
  /** Zero: each revision as it comes. */
  readonly pinnedRevision: number;
  readonly deadline: number;
}

/** The end of a pause before its time. `version` is the record's next one, which this does not move. */
export interface Unpause {
  readonly contractAddress: Address;
  readonly version: number;
  readonly pauseNumber: number;
  readonly deadline: number;
}

export interface Messages {
  readonly Approval: Approval;
  readonly Rejection: Rejection;
  readonly Rotation: Rotation;
  readonly Commitment: Commitment;
  readonly Following: Following;
  readonly Unpause: Unpause;
}

/** Every typed message of protocol §4, as EIP-712 types. */
export const messageTypes: { readonly [Kind in keyof Messages]: Record<string, TypedDataField[]> } = {
  Approval: approvalTypes,
  Rejection: rejectionTypes,
  Rotation: {
    Rotation: [
      { name: "contractAddress", type: "address" },
      { name: "version", type: "uint64" },
      { name: "signers", type: "address[]" },
      { name: "contractSigners", type: "uint32" },
      { name: "minSignatures", type: "uint8" },
      { name: "authority", type: "address" },
      { name: "guardian", type: "address" },
      { name: "gate", type: "address" },
      { name: "delay", type: "uint32" },
      { name: "commitReveal", type: "bool" },
      { name: "deadline", type: "uint64" },
    ],
  },
  Commitment: {
    Commitment: [
      { name: "contracts", type: "address[]" },
      { name: "versions", type: "uint64[]" },
      { name: "commitment", type: "bytes32" },
      { name: "deadline", type: "uint64" },
    ],
  },
  Following: {
    Following: [
      { name: "contractAddress", type: "address" },
      { name: "version", type: "uint64" },
      { name: "manager", type: "address" },
      { name: "key", type: "bytes32" },
      { name: "pinnedRevision", type: "uint64" },
      { name: "deadline", type: "uint64" },
    ],
  },
  Unpause: {
    Unpause: [
      { name: "contractAddress", type: "address" },
      { name: "version", type: "uint64" },
      { name: "pauseNumber", type: "uint64" },
      { name: "deadline", type: "uint64" },
    ],
  },
};

/** The digest that signatures of a message are over (EIP-712, protocol §4). */
export function hashMessage<Kind extends keyof Messages>(
  kind: Kind,
  { domain, message }: { readonly domain: Domain; readonly message: Messages[Kind] },
): Bytes32 {
  return TypedDataEncoder.hash(toEip712Domain(domain), messageTypes[kind], message) as Bytes32;
}
