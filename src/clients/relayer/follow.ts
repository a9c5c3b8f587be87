import { setTimeout as sleep } from "node:timers/promises";
import type { BaseWallet } from "ethers";
import { CountersignError, failure } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { SignedTransaction, Transactions } from "../store/transactions.ts";
import { raiseFees, readFees } from "./fees.ts";
import { lookForReceipt, type Receipt } from "./receipt.ts";
import { parseFees, signAgain, type TransactionOrder } from "./sign.ts";

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

/** Nodes behind one address do not see the same at once: so often one of them must miss it before that counts. */
const looksUntilSure = 5;

/** What one look at a transaction shows. `due`: the bytes that no node has, its own or those that it waits behind. */
type Sight =
  | { readonly kind: "ended"; readonly receipt: Receipt }
  | { readonly kind: "mined" | "gone" | "waiting" }
  | { readonly kind: "absent"; readonly due: SignedTransaction };

/** What to do while it is in no block: `give-way`, or something that goes out, if its order is due. */
type React = (sight: Sight) => (() => Promise<void>) | "give-way" | undefined;

/**
 * Brings a recorded transaction to its end, while its order is due: sends the same bytes wherever the node does not have
 * them, with a higher fee after a while, and waits until it is deep enough. What went wrong with sending is never an end:
 * only the chain says what happened (threats.md 97, 98, 101, 102).
 *
 * @returns `replaced` where its nonce went to another transaction
 * @throws TRANSACTION_UNKNOWN where that cannot be found out in time; to be called again
 */
export function follow(
  recorded: SignedTransaction,
  { assertDue, ...following }: Following & Pick<TransactionOrder, "assertDue">,
): Promise<Receipt | "replaced"> {
  let bumpAt = Date.now() + following.bumpAfter;
  const react: React = (sight) => {
    if (Date.now() >= bumpAt) {
      bumpAt = Date.now() + following.bumpAfter;
      return () => bump(recorded, following);
    }
    return sight.kind === "absent" ? () => broadcast(sight.due, following.chain) : undefined;
  };
  return watch(recorded, following, { react, assertDue });
}

/**
 * Waits for a transaction of another order, and sends nothing of it: that order may not be due any more (protocol §6).
 * Where no node has it, or none puts it into a block, it gives way: of two with one nonce one is mined at most.
 *
 * @returns `replaced` where its nonce may be taken, or was
 * @throws TRANSACTION_UNKNOWN
 */
export function outwait(recorded: SignedTransaction, following: Following): Promise<Receipt | "replaced"> {
  const end = Date.now() + following.bumpAfter;
  const react: React = ({ kind }) => (kind === "absent" || Date.now() >= end ? "give-way" : undefined);
  return watch(recorded, following, { react });
}

async function watch(
  recorded: SignedTransaction,
  following: Following,
  { react, assertDue }: { readonly react: React } & Pick<TransactionOrder, "assertDue">,
): Promise<Receipt | "replaced"> {
  const { chain, timeout } = following;
  let trouble = "it is in no block";
  const attempt = <T>(step: () => Promise<T>) =>
    step().catch((error: unknown) => {
      if (!(error instanceof CountersignError) || error.kind !== "fault") throw error;
      trouble = error.message;
      return undefined;
    });
  let [last, times]: [Sight["kind"] | undefined, number] = [undefined, 0];
  for (const end = Date.now() + timeout; Date.now() < end; await sleep(chain.pollingInterval)) {
    const sight = await attempt(() => lookOnce(recorded, following));
    if (sight?.kind === "ended") return sight.receipt;
    times = sight?.kind === last ? times + 1 : 1;
    last = sight?.kind;
    if (!sight || sight.kind === "mined" || (sight.kind !== "waiting" && times % looksUntilSure > 0)) continue;
    const reaction = sight.kind === "gone" ? "give-way" : react(sight);
    if (reaction === "give-way") return "replaced";
    if (!reaction) continue;
    await assertDue?.();
    await attempt(reaction);
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

async function findMined({ nonce, ...sender }: SignedTransaction, transactions: Transactions) {
  const all = await transactions.findByNonce(sender, nonce);
  return all.filter(({ outcome }) => outcome === "succeeded" || outcome === "reverted");
}

async function lookOnce(recorded: SignedTransaction, { chain, transactions }: Following): Promise<Sight> {
  const attempts = await findAttempts(recorded, transactions);
  for (const { hash } of attempts) {
    const look = await lookForReceipt(chain, hash);
    if (look.kind === "confirmed") return { kind: "ended", receipt: look.receipt };
    if (look.kind === "mined") return look;
  }
  const next = await chain.ask((provider) => provider.getTransactionCount(recorded.relayer, "latest"));
  if (next > recorded.nonce) return { kind: "gone" };
  // A reorganisation can take earlier ones back as well; without them this one waits for ever.
  const [due] = next === recorded.nonce ? attempts : await findMined({ ...recorded, nonce: next }, transactions);
  const isKnown = !due || (await chain.ask((provider) => provider.getTransaction(due.hash)));
  return isKnown ? { kind: "waiting" } : { kind: "absent", due };
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
