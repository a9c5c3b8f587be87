import { z } from "zod";
import { CountersignError, failure, type Problem } from "../errors.ts";
import { type Address, type Bytes32, isAddress, isHex, toAddress, toBytes32, zeroAddress, zeroHash } from "./hex.ts";
import { maxLinkLength, parseLink } from "./link.ts";

/** What the registry holds for one contract (protocol §1, §3). */
export interface ContractRecord {
  readonly contractAddress: Address;
  readonly contractHash: Bytes32;
  readonly contractLink: string;
  /** Sorted, distinct. */
  readonly signers: readonly Address[];
  /** Those among the signers that sign by ERC-1271. */
  readonly contractSigners: readonly Address[];
  readonly minSignatures: number;
  /** Counts accepted changes; `register` sets 1. */
  readonly version: number;
}

/** A record as it is registered: without version, and perhaps without knowing which signers are contracts. */
export type RecordDraft = Omit<ContractRecord, "version" | "contractSigners"> & {
  readonly contractSigners?: readonly Address[];
};

/** The most signers that a record can have (protocol §3). */
export const maxSigners = 32;

const address = z.custom<string>(
  isAddress,
  "expected an address of 20 bytes (0x…, with a valid checksum if mixed case)",
);
const hash = z.custom<string>((value) => isHex(value, 32), "expected a hash of 32 bytes (0x…)");

const recordJson = z.strictObject({
  smart_contract_code_mgmt: z.strictObject({
    contract_address: address,
    contract_hash: hash,
    contract_link: z.string(),
    upgrade_multisig_accounts: z.array(address),
    upgrade_multisig_min_signature: z.int(),
    upgrade_multisig_contracts: z.array(address).optional(),
  }),
});

/** The record as JSON, in and out of the CLI (protocol §1). */
export type RecordJson = z.infer<typeof recordJson>;

/**
 * Reads a record from JSON that came from outside.
 *
 * @throws RECORD_INVALID with every problem found
 */
export function parseRecord(input: unknown): RecordDraft {
  const parsed = recordJson.safeParse(input);
  if (!parsed.success) throw invalid(parsed.error.issues.map(toMessage));
  const json = parsed.data.smart_contract_code_mgmt;
  const draft: RecordDraft = {
    contractAddress: toAddress(json.contract_address),
    contractHash: toBytes32(json.contract_hash),
    contractLink: json.contract_link,
    signers: json.upgrade_multisig_accounts.map(toAddress).sort(byAddress),
    minSignatures: json.upgrade_multisig_min_signature,
    ...(json.upgrade_multisig_contracts && {
      contractSigners: json.upgrade_multisig_contracts.map(toAddress).sort(byAddress),
    }),
  };
  const problems = findProblems(draft);
  if (problems.length > 0) throw invalid(problems);
  return draft;
}

export function toRecordJson(record: ContractRecord | RecordDraft): RecordJson {
  return {
    smart_contract_code_mgmt: {
      contract_address: record.contractAddress,
      contract_hash: record.contractHash,
      contract_link: record.contractLink,
      upgrade_multisig_accounts: [...record.signers],
      upgrade_multisig_min_signature: record.minSignatures,
      ...(record.contractSigners && { upgrade_multisig_contracts: [...record.contractSigners] }),
    },
  };
}

/** Which signers are contracts, as the registry takes it: bit i for signer i (protocol §4). */
export function toContractSignerBits(signers: readonly Address[], contractSigners: readonly Address[]): number {
  const bits = signers.map((signer, index) => (contractSigners.includes(signer) ? 2 ** index : 0));
  return bits.reduce((sum, bit) => sum + bit, 0);
}

/** Addresses in the order of their bytes, as the registry wants them. */
export function byAddress(left: Address, right: Address): number {
  return BigInt(left) < BigInt(right) ? -1 : BigInt(left) > BigInt(right) ? 1 : 0;
}

function findProblems({ signers, minSignatures, contractHash, contractLink, contractSigners }: RecordDraft): string[] {
  const twice = findTwice(signers);
  const most = signers.length || maxSigners;
  const known = new Set(signers);
  const strangers = (contractSigners ?? []).filter((signer) => !known.has(signer));
  return [
    ...(contractHash === zeroHash ? ["contract_hash: expected a tree hash, found zero"] : []),
    ...linkProblems(contractLink),
    ...(signers.length < 1 || signers.length > maxSigners
      ? [`upgrade_multisig_accounts: expected 1 to ${maxSigners} signers, found ${signers.length}`]
      : []),
    ...(minSignatures < 1 || minSignatures > most
      ? [`upgrade_multisig_min_signature: expected 1 to ${most}, found ${minSignatures}`]
      : []),
    ...twice.map((signer) => `upgrade_multisig_accounts: ${signer} is named twice`),
    ...(signers.includes(zeroAddress) ? ["upgrade_multisig_accounts: the zero address cannot sign"] : []),
    ...findTwice(contractSigners ?? []).map((signer) => `upgrade_multisig_contracts: ${signer} is named twice`),
    ...strangers.map((signer) => `upgrade_multisig_contracts: ${signer} is not among the accounts`),
  ];
}

/** Of sorted addresses. */
function findTwice(addresses: readonly Address[]): Address[] {
  return [...new Set(addresses.filter((address, index) => address === addresses[index - 1]))];
}

function linkProblems(link: string): string[] {
  if (link.length > maxLinkLength)
    return [`contract_link: expected at most ${maxLinkLength} bytes, found ${link.length}`];
  try {
    parseLink(link);
    return [];
  } catch (error) {
    if (error instanceof CountersignError) return [`contract_link: ${error.message}`];
    throw error;
  }
}

function toMessage(issue: z.core.$ZodIssue): string {
  return `${issue.path.join(".") || "record"}: ${issue.message}`;
}

function invalid(messages: readonly string[]): CountersignError {
  const [first, ...rest] = messages.map((message): Problem => ({ code: "RECORD_INVALID", message }));
  return first ? new CountersignError([first, ...rest]) : failure("INTERNAL", "an invalid record without a problem");
}
