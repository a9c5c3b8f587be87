import { setTimeout as sleep } from "node:timers/promises";
import { type BaseWallet, parseUnits } from "ethers";
import PQueue from "p-queue";
import { CountersignError, failure } from "../errors.ts";
import { type Address, type Bytes32, toAddress } from "../protocol/hex.ts";
import type { Chain } from "./chain.ts";
import { broadcast, type Following, findAttempts, follow, outwait } from "./relayer/follow.ts";
import { lookForReceipt, type Receipt } from "./relayer/receipt.ts";
import { signOrder, type TransactionOrder } from "./relayer/sign.ts";
import type { SignedTransaction, Transactions } from "./store/transactions.ts";

export interface RelayerSettings {
  readonly chain: Chain;
  readonly wallet: BaseWallet;
  /** All accounts that send for the same purposes, this one or not (relayers.ts). */
  readonly others?: readonly string[];
  /** `createMemoryTransactions()` where there is no database. */
  readonly store: { readonly transactions: Transactions };
  /** Wei; 500 gwei where absent. */
  readonly maxFeePerGas?: bigint;
  /** Milliseconds until a transaction stays unknown (180,000), and until its fee is raised (60,000). */
  readonly timeout?: number;
  readonly bumpAfter?: number;
}

/** Its bytes are in the store. */
type SentBefore = Pick<TransactionOrder, "purpose" | "assertDue">;

/** The key that pays for transactions. It has no authority: with it alone nothing can be changed (protocol §1). */
export interface Relayer {
  readonly address: Address;
  /** Every account that may be the sender. */
  readonly addresses: readonly Address[];
  /**
   * Sends one transaction for a purpose and waits until it is confirmed; where one was sent for it before, by any
   * process on this store, waits for that one. Whatever happens, at most one for each purpose takes effect. What was
   * recorded for another purpose never goes out here: it may not be due any more.
   *
   * @throws CHAIN_REVERTED where it would revert (nothing is sent) or did
   * @throws RELAYER_UNABLE without funds, or where gas costs more than the cap; nothing is sent
   * @throws TRANSACTION_UNKNOWN where its end cannot be found out yet: call again
   */
  send(order: TransactionOrder): Promise<Receipt>;
  /** Waits for what was sent for the order before; undefined where nothing was, or it came to nothing. */
  find(order: SentBefore): Promise<Receipt | undefined>;
  /** Waits until anybody's transaction is confirmed. @throws TRANSACTION_UNKNOWN */
  confirm(transaction: Bytes32): Promise<Receipt>;
}

/** One transaction at a time: here by a queue, between processes by the store. */
export function createRelayer({ chain, wallet, store, others = [], ...limits }: RelayerSettings): Relayer {
  const { maxFeePerGas: cap = parseUnits("500", "gwei"), timeout = 180_000, bumpAfter = 60_000 } = limits;
  const { transactions } = store;
  const address = toAddress(wallet.address);
  const sender = { chainId: chain.chainId, relayer: address };
  const following: Following = { chain, wallet, transactions, cap, timeout, bumpAfter };
  const queue = new PQueue({ concurrency: 1 });
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => queue.add(task);

  async function send(order: TransactionOrder): Promise<Receipt> {
    const earlier = await find(order);
    if (earlier) return earlier;
    await awaitOthers();
    await awaitQuiet();
    const done = await order.findDone?.();
    if (done) return done;
    await order.assertDue?.();
    const signed = await signOrder(order, following);
    // Written down before it is sent. Another process on this store was faster: its transaction comes first.
    if (!(await transactions.record(signed))) return send(order);
    await broadcast(signed, chain);
    return (await settle(signed, await follow(signed, { ...following, assertDue: order.assertDue }))) ?? send(order);
  }

  async function find({ purpose, assertDue }: SentBefore): Promise<Receipt | undefined> {
    // Of any key: one that was taken out of the settings may have sent it.
    const earlier = await transactions.findByPurpose(sender, purpose);
    if (!earlier || earlier.outcome === "reverted" || earlier.outcome === "replaced") return undefined;
    // Also where it succeeded once: a reorganisation may have taken it back, and then the same bytes go out again.
    return settle(earlier, await follow(earlier, { ...following, assertDue }));
  }

  async function awaitOthers(): Promise<void> {
    const live = await transactions.findLive(sender);
    if (!live) return;
    await settle(live, await outwait(live, following)).catch((error) => {
      if (!(error instanceof CountersignError) || error.code !== "CHAIN_REVERTED") throw error;
    });
  }

  async function settle(recorded: SignedTransaction, end: Receipt | "replaced"): Promise<Receipt | undefined> {
    const [newest = recorded] = await findAttempts(recorded, transactions);
    await transactions.settle(newest, end === "replaced" ? end : end.succeeded ? "succeeded" : "reverted");
    if (end === "replaced") return undefined;
    if (end.succeeded) return end;
    throw failure("CHAIN_REVERTED", `transaction ${end.transaction} was mined, but reverted`);
  }

  /** A store that was lost knows of nothing, but the nonces do: what is pending may be for the same purpose. */
  async function awaitQuiet(): Promise<void> {
    for (const account of new Set([address, ...others])) {
      await poll(async () => ((await countUnknown(toAddress(account))) > 0 ? undefined : "quiet"), {
        unknown: `a transaction of ${account} is pending that nothing is known of`,
      });
    }
  }

  async function countUnknown(account: Address): Promise<number> {
    const count = (tag: "latest" | "pending") => chain.ask((provider) => provider.getTransactionCount(account, tag));
    const latest = await count("latest");
    const pending = (await count("pending")) - latest;
    if (pending <= 0) return 0;
    // Written down before it is sent: what is known is known by now.
    const known = await transactions.findByNonce({ ...sender, relayer: account }, latest);
    return pending - (known.length > 0 ? 1 : 0);
  }

  async function confirm(transaction: Bytes32): Promise<Receipt> {
    const look = async () => {
      const found = await lookForReceipt(chain, transaction);
      return found.kind === "confirmed" ? found.receipt : undefined;
    };
    return poll(look, { unknown: `transaction ${transaction} is not confirmed` });
  }

  async function poll<T>(look: () => Promise<T | undefined>, { unknown }: { unknown: string }): Promise<T> {
    for (const end = Date.now() + timeout; ; ) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > end) throw failure("TRANSACTION_UNKNOWN", unknown);
      await sleep(chain.pollingInterval);
    }
  }

  return {
    address,
    addresses: [address],
    send: (order) => inTurn(() => send(order)),
    find: (order) => inTurn(() => find(order)),
    confirm,
  };
}
