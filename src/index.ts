/** The library: what a tool needs to compute, check and read what Countersign signs and records. */

export { type HashedDirectory, hashDirectory } from "./clients/git/directory-hash.ts";
export { openLocalRepository } from "./clients/git/local-repository.ts";
export { openRemoteRepository } from "./clients/git/remote-repository.ts";
export { hashPlainDirectory } from "./clients/plain-directory.ts";
export { CountersignError, catalogue, type ErrorCode, type Problem } from "./errors.ts";
export { type Policy, type PolicyContract, parsePolicy, policyPath } from "./policy.ts";
export {
  type Approval,
  approvalTypes,
  type Call,
  type Code,
  type Domain,
  hashApproval,
  hashRejection,
  type Rejection,
  rejectionTypes,
  toEip712Domain,
  toTypedData,
  type Upgrade,
} from "./protocol/approval.ts";
export { hashBuild } from "./protocol/build-hash.ts";
export { type Command, parseCommands } from "./protocol/command.ts";
export type { Address, Bytes32, Hex } from "./protocol/hex.ts";
export { type Link, parseLink, toLink } from "./protocol/link.ts";
export {
  type ContractRecord,
  parseRecord,
  type RecordDraft,
  type RecordJson,
  toRecordJson,
} from "./protocol/record.ts";
export { registryAbi } from "./protocol/registry-abi.ts";
export {
  packSignatures,
  parseAccountSignature,
  recoverSigner,
  type SignerSignature,
  toCanonicalSignature,
} from "./protocol/signature.ts";
export { hashManifest } from "./protocol/tree-hash.ts";
