import type { Registry } from "../clients/registry.ts";
import { failure } from "../errors.ts";
import type { Address, Bytes32 } from "../protocol/hex.ts";
import { parseLink, toRepositoryUrl } from "../protocol/link.ts";
import type { ContractRecord } from "../protocol/record.ts";
import { type HashContext, hashSource } from "./hash.ts";

export interface Verification {
  readonly record: ContractRecord;
  /** The hash of what is at the record's link. */
  readonly found: Bytes32;
  readonly isEqual: boolean;
}

/** @throws RECORD_ABSENT */
export async function readRecord(contract: Address, registry: Registry): Promise<ContractRecord> {
  const head = await registry.readHead();
  const record = await registry.readRecord(contract, head.number);
  if (record) return record;
  const { chainId } = registry.domain;
  throw failure("RECORD_ABSENT", `expected a record of ${contract} on chain ${chainId}, found none`);
}

/** Fetches what a record names, hashes it anew and compares. */
export async function verifyRecord(
  contract: Address,
  { registry, ...context }: HashContext & { readonly registry: Registry },
): Promise<Verification> {
  const record = await readRecord(contract, registry);
  const link = parseLink(record.contractLink);
  const source = { kind: "remote", url: toRepositoryUrl(link), commit: link.commit, path: link.path } as const;
  const { hash: found } = await hashSource(source, context);
  return { record, found, isEqual: found === record.contractHash };
}
