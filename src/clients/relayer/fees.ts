import { formatUnits } from "ethers";
import { failure } from "../../errors.ts";
import type { Chain } from "../chain.ts";

/** Wei for each unit of gas. A chain without EIP-1559 has one price, which is both. */
export interface Fees {
  readonly market: "eip1559" | "legacy";
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/**
 * What to pay now: twice the base fee, so that six full blocks in a row cannot strand it, but never more than the cap
 * (a lying RPC could name any price).
 *
 * @throws RELAYER_UNABLE where the cap does not even pay the next block
 */
export async function readFees(chain: Chain, cap: bigint): Promise<Fees> {
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await chain.ask((provider) => provider.getFeeData());
  if (maxFeePerGas === null || maxPriorityFeePerGas === null) {
    const price = gasPrice ?? 0n;
    assertWithin(price, cap);
    return { market: "legacy", maxFeePerGas: price, maxPriorityFeePerGas: price };
  }
  assertWithin((maxFeePerGas - maxPriorityFeePerGas) / 2n, cap);
  const most = min(maxFeePerGas, cap);
  return { market: "eip1559", maxFeePerGas: most, maxPriorityFeePerGas: min(maxPriorityFeePerGas, most) };
}

/** A quarter more than before and at least what the market asks; undefined where the cap is in the way. */
export function raiseFees(before: Fees, options: { readonly now: Fees; readonly cap: bigint }): Fees | undefined {
  const { now, cap } = options;
  // Nodes take a replacement for a tenth more, of both fees.
  const maxFeePerGas = max(raise(before.maxFeePerGas), now.maxFeePerGas);
  const maxPriorityFeePerGas = max(raise(before.maxPriorityFeePerGas), now.maxPriorityFeePerGas);
  if (max(maxFeePerGas, maxPriorityFeePerGas) > cap) return undefined;
  return { market: before.market, maxFeePerGas: max(maxFeePerGas, maxPriorityFeePerGas), maxPriorityFeePerGas };
}

/** The fee fields of a transaction, by the kind of market. */
export function toFeeFields({ market, maxFeePerGas, maxPriorityFeePerGas }: Fees) {
  return market === "legacy" ? { type: 0, gasPrice: maxFeePerGas } : { type: 2, maxFeePerGas, maxPriorityFeePerGas };
}

function assertWithin(price: bigint, cap: bigint): void {
  if (price <= cap) return;
  const [found, expected] = [formatUnits(price, "gwei"), formatUnits(cap, "gwei")];
  throw failure("RELAYER_UNABLE", `expected gas for at most ${expected} gwei, found ${found}`);
}

const raise = (fee: bigint) => fee + fee / 4n + 1n;
const min = (left: bigint, right: bigint) => (left < right ? left : right);
const max = (left: bigint, right: bigint) => (left > right ? left : right);
