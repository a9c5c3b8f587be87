import { failure } from "../../errors.ts";
import { type Address, type Bytes32, toAddress } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import type { LogSource } from "../registry/events.ts";

/** What became of a transaction, in a block deep enough to count. */
export interface Receipt {
  readonly transaction: Bytes32;
  readonly succeeded: boolean;
  readonly block: number;
  readonly gasUsed: bigint;
  /** The contract that it created. */
  readonly created: Address | undefined;
  readonly logs: readonly LogSource[];
}

/** `mined`: in a block, but not deep enough. */
export type Look =
  | { readonly kind: "confirmed"; readonly receipt: Receipt }
  | { readonly kind: "mined" }
  | { readonly kind: "absent" };

/** Looks for a transaction once. Absent says nothing for the future: it may be pending, dropped or reorganised out. */
export async function lookForReceipt(chain: Chain, hash: Bytes32): Promise<Look> {
  // The head comes first: a receipt read after it is at least as deep as it seems.
  const head = chain.confirmations > 1 ? await chain.ask((provider) => provider.getBlockNumber()) : undefined;
  const found = await chain.ask((provider) => provider.getTransactionReceipt(hash));
  if (!found) return { kind: "absent" };
  if (found.hash !== hash) throw failure("CHAIN_UNREACHABLE", `asked for the receipt of ${hash}, found another one`);
  if (head !== undefined && head - found.blockNumber + 1 < chain.confirmations) return { kind: "mined" };
  const { status, blockNumber, gasUsed, contractAddress, logs } = found;
  const created = contractAddress === null ? undefined : toAddress(contractAddress);
  const receipt = { transaction: hash, succeeded: status === 1, block: blockNumber, gasUsed, created, logs };
  return { kind: "confirmed", receipt };
}
