import type { TypedDataField } from "ethers";
import {
  type Approval,
  approvalTypes,
  type Domain,
  hashApproval,
  hashApprovalStruct,
  hashDomain,
  hashRejection,
  hashRejectionStruct,
  type Rejection,
  rejectionTypes,
  toRejectionTypedData,
  toTypedData,
} from "./approval.ts";
import type { Bytes32 } from "./hex.ts";

export type Intent = "sign" | "reject";

/** What one signer signs for or against a proposal, with everything that a wallet or a device shows of it. */
export interface Ballot {
  readonly intent: Intent;
  readonly domain: Domain;
  /** What the signature is over, and the two hashes that it is made of (EIP-712). */
  readonly digest: Bytes32;
  readonly structHash: Bytes32;
  readonly domainHash: Bytes32;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Approval | Rejection;
  /** For `eth_signTypedData_v4`. */
  readonly typedData: unknown;
}

/** A rejection has the digest and the deadline of what it rejects (protocol §5). */
export function toBallot(intent: Intent, { domain, approval }: { domain: Domain; approval: Approval }): Ballot {
  const common = { intent, domain, domainHash: hashDomain(domain) };
  const digest = hashApproval(domain, approval);
  if (intent === "sign") {
    const typedData = toTypedData(domain, approval);
    return {
      ...common,
      digest,
      structHash: hashApprovalStruct(approval),
      types: approvalTypes,
      message: approval,
      typedData,
    };
  }
  const message: Rejection = { digest, deadline: approval.deadline };
  return {
    ...common,
    digest: hashRejection(domain, message),
    structHash: hashRejectionStruct(message),
    types: rejectionTypes,
    message,
    typedData: toRejectionTypedData(domain, message),
  };
}
