import { type BaseWallet, formatEther, Transaction, type TransactionLike } from "ethers";
import { failure } from "../../errors.ts";
import { type Address, type Bytes32, type Hex, toAddress } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";
import type { SignedTransaction } from "../store/transactions.ts";
import { type Fees, readFees, toFeeFields } from "./fees.ts";
import type { Receipt } from "./receipt.ts";

export interface TransactionOrder {
  /** What it is for, such as `finalize 0x…`: nobody sends two for one purpose. */
  readonly purpose: string;
  /** Absent: `data` creates a contract. */
  readonly to?: Address;
  readonly data: Hex;
  /** Where absent, a quarter more than the estimate. */
  readonly gasLimit?: bigint;
  /**
   * For what the chain would take twice: whether it was done before, by anyone. Asked when nothing of the sender is
   * pending, right before it is signed.
   */
  findDone?(): Promise<Receipt | undefined>;
  /** Throws where it must not be sent any more. Asked after that, and again before any bytes of it go out once more. */
  readonly assertDue?: (() => Promise<void>) | undefined;
}

/**
 * Signs the order with the next nonce; sends nothing. The estimate runs it on the newest state: what was done in the
 * meantime, by us or anyone, reverts here and costs nothing.
 *
 * @throws CHAIN_REVERTED, CHAIN_WRONG_ID, RELAYER_UNABLE
 */
export async function signOrder(
  order: TransactionOrder,
  { chain, wallet, cap }: { readonly chain: Chain; readonly wallet: BaseWallet; readonly cap: bigint },
): Promise<SignedTransaction> {
  const request = { from: wallet.address, to: order.to ?? null, data: order.data };
  const estimate = await chain.ask((provider) => provider.estimateGas(request));
  const gasLimit = order.gasLimit ?? estimate + estimate / 4n;
  const fees = await readFees(chain, cap);
  await assertFunded(chain, { account: wallet.address, cost: gasLimit * fees.maxFeePerGas });
  const nonce = await chain.ask((provider) => provider.getTransactionCount(wallet.address, "latest"));
  await chain.assertId();
  const { chainId } = chain;
  return sign(wallet, {
    purpose: order.purpose,
    fields: { ...request, chainId, nonce, gasLimit, ...toFeeFields(fees) },
  });
}

/** The same transaction with the same nonce for another fee: one of the two is mined at most. */
export function signAgain(
  wallet: BaseWallet,
  { purpose, raw }: SignedTransaction,
  fees: Fees,
): Promise<SignedTransaction> {
  const { chainId, nonce, to, data, gasLimit } = Transaction.from(raw);
  return sign(wallet, { purpose, fields: { chainId, nonce, to, data, gasLimit, ...toFeeFields(fees) } });
}

export function parseFees(raw: Hex): Fees {
  const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = Transaction.from(raw);
  if (maxFeePerGas !== null && maxPriorityFeePerGas !== null) {
    return { market: "eip1559", maxFeePerGas, maxPriorityFeePerGas };
  }
  return { market: "legacy", maxFeePerGas: gasPrice ?? 0n, maxPriorityFeePerGas: gasPrice ?? 0n };
}

async function sign(
  wallet: BaseWallet,
  { purpose, fields }: { readonly purpose: string; readonly fields: TransactionLike },
): Promise<SignedTransaction> {
  const raw = (await wallet.signTransaction(fields)) as Hex;
  const { hash, chainId, nonce } = Transaction.from(raw);
  return { chainId: Number(chainId), relayer: toAddress(wallet.address), purpose, nonce, hash: hash as Bytes32, raw };
}

async function assertFunded(chain: Chain, { account, cost }: { account: string; cost: bigint }): Promise<void> {
  const balance = await chain.ask((provider) => provider.getBalance(account));
  if (balance >= cost) return;
  const [found, expected] = [formatEther(balance), formatEther(cost)];
  throw failure("RELAYER_UNABLE", `expected at least ${expected} ether at the relayer ${account}, found ${found}`);
}
