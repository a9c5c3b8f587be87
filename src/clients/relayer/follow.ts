import { setTimeout as sleep } from "node:timers/promises";
import type { BaseWallet } from "ethers";
import { CountersignError, failure } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { SignedTransaction, Transactions } from "../store/transactions.ts";
import { raiseFees, readFees } from "./fees.ts";
import { lookForReceipt, type Receipt } from "./receipt.ts";
import { parseFees, signAgain } from "./sign.ts";

export interface Following {
  readonly chain: Chain;
  readonly wallet: BaseWallet;
  readonly transactions: Transactions;
  /** The most wei that a unit of gas may cost. */
  readonly cap: bigint;
  /** Milliseconds until it stays unknown, and until its fee is raised. */
  readonly timeout: number;
  readonly bumpAfter: number;
}

/** Nodes behind one address do not see the same block at once: so often a nonce must be gone before it counts. */
const looksUntilReplaced = 5;

/**
 * Brings a recorded transaction to its end: sends the same bytes wherever the node does not have them, with a higher
 * fee after a while, and waits until it is deep enough. What went wrong with sending is never an end: only the chain
 * says what happened (threats.md 97, 98, 101, 102).
 *
 * @returns `replaced` where its nonce went to a transaction that is not ours
 * @throws TRANSACTION_UNKNOWN where that cannot be found out in time; to be called again
 */
export async function follow(recorded: SignedTransaction, following: Following): Promise<Receipt | "replaced"> {
  const { chain, timeout, bumpAfter } = following;
  const start = Date.now();
  let bumpAt = start + bumpAfter;
  let gone = 0;
  let trouble = "it is in no block";
  while (Date.now() < start + timeout) {
    try {
      const look = await lookOnce(recorded, following);
      if (typeof look === "object") return look;
      gone = look === "gone" ? gone + 1 : 0;
      if (gone >= looksUntilReplaced) return "replaced";
      if (look === "waiting" && Date.now() >= bumpAt) {
        bumpAt = Date.now() + bumpAfter;
        await bump(recorded, following);
      }
    } catch (error) {
      if (!(error instanceof CountersignError) || error.kind !== "fault") throw error;
      trouble = error.message;
    }
    await sleep(chain.pollingInterval);
  }
  throw failure("TRANSACTION_UNKNOWN", `transaction ${recorded.hash} is sent, but not confirmed: ${trouble}`);
}

/** Sends the bytes. A node's complaint says nothing certain: it may have them already. */
export async function broadcast({ raw }: SignedTransaction, chain: Chain): Promise<void> {
  try {
    await chain.ask((provider) => provider.send("eth_sendRawTransaction", [raw]));
  } catch (error) {
    if (!(error instanceof CountersignError) || error.kind !== "fault") throw error;
  }
}

/** Everything that was signed for its purpose with its nonce, newest first: one for each fee. */
export async function findAttempts(
  recorded: SignedTransaction,
  transactions: Transactions,
): Promise<readonly SignedTransaction[]> {
  const all = await transactions.findByNonce(recorded, recorded.nonce);
  return all.filter(({ purpose }) => purpose === recorded.purpose);
}

async function lookOnce(
  recorded: SignedTransaction,
  { chain, transactions }: Following,
): Promise<Receipt | "mined" | "waiting" | "gone"> {
  const attempts = await findAttempts(recorded, transactions);
  for (const { hash } of attempts) {
    const look = await lookForReceipt(chain, hash);
    if (look.kind === "confirmed") return look.receipt;
    if (look.kind === "mined") return "mined";
  }
  const next = await chain.ask((provider) => provider.getTransactionCount(recorded.relayer, "latest"));
  if (next > recorded.nonce) return "gone";
  // A reorganisation can take earlier ones back as well; without them this one waits for ever.
  const [due] = next === recorded.nonce ? attempts : await transactions.findByNonce(recorded, next);
  if (due && !(await chain.ask((provider) => provider.getTransaction(due.hash)))) await broadcast(due, chain);
  return "waiting";
}

async function bump(recorded: SignedTransaction, following: Following): Promise<void> {
  const { chain, wallet, transactions, cap } = following;
  if (recorded.relayer !== wallet.address) return; // only its own key can raise its fee
  const [newest] = await findAttempts(recorded, transactions);
  const fees = newest && raiseFees(parseFees(newest.raw), { now: await readFees(chain, cap), cap });
  if (!newest || !fees) return;
  await chain.assertId();
  const next = await signAgain(wallet, newest, fees);
  await transactions.bump(newest, next);
  await broadcast(next, chain);
}
