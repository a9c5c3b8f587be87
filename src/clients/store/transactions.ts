import type { Address, Bytes32, Hex } from "../../protocol/hex.ts";

/** One key on one chain: its transactions have one row of nonces. */
export interface Sender {
  readonly chainId: number;
  readonly relayer: Address;
}

/** A transaction that can be sent, again and again, with one effect at most. */
export interface SignedTransaction extends Sender {
  /** What it is for: nobody sends two for one purpose. */
  readonly purpose: string;
  readonly nonce: number;
  readonly hash: Bytes32;
  readonly raw: Hex;
}

/**
 * How it ended. `replaced`: its nonce went to a transaction that is not ours; `bumped`: to the same one with a higher
 * fee, which is recorded as well (and whichever of the two is mined counts).
 */
export type Outcome = "succeeded" | "reverted" | "replaced" | "bumped";

export interface RecordedTransaction extends SignedTransaction {
  /** Undefined while it is not known. */
  readonly outcome: Outcome | undefined;
}

/** What the relayer remembers. Losing it loses nothing that the chain does not know. */
export interface Transactions {
  /**
   * Notes it before it is sent. False, and nothing noted, while another one of the sender is unsettled, or where any
   * sender's for this purpose is unsettled or succeeded.
   */
  record(transaction: SignedTransaction): Promise<boolean>;
  /** Notes the same transaction with a higher fee in place of `previous`. */
  bump(previous: SignedTransaction, next: SignedTransaction): Promise<void>;
  settle(transaction: SignedTransaction, outcome: Outcome): Promise<void>;
  /** The one that is not settled, if there is one. */
  findLive(sender: Sender): Promise<RecordedTransaction | undefined>;
  /** The newest one for this purpose on a chain, whoever sent it. */
  findByPurpose(on: Pick<Sender, "chainId">, purpose: string): Promise<RecordedTransaction | undefined>;
  /** All with this nonce, newest first: one for each fee that it was tried with. */
  findByNonce(sender: Sender, nonce: number): Promise<readonly RecordedTransaction[]>;
}
