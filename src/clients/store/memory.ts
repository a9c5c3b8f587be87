import type { RecordedTransaction, Sender, SignedTransaction, Transactions } from "./transactions.ts";

/** For one shot without a database (Action, CLI): what a lost store forgets, the chain still knows. */
export function createMemoryTransactions(): Transactions {
  let all: readonly RecordedTransaction[] = [];
  const isOf = (sender: Sender) => (one: SignedTransaction) =>
    one.chainId === sender.chainId && one.relayer === sender.relayer;
  const newest = (sender: Sender) => all.filter(isOf(sender)).toReversed();
  const findLive = (sender: Sender) => newest(sender).find(({ outcome }) => outcome === undefined);
  const add = (transaction: SignedTransaction) => {
    all = [...all.filter(({ hash }) => hash !== transaction.hash), { ...transaction, outcome: undefined }];
  };
  const settle: Transactions["settle"] = async ({ hash }, outcome) => {
    all = all.map((one) => (one.hash === hash ? { ...one, outcome } : one));
  };
  return {
    async record(transaction) {
      if (findLive(transaction) || all.some((one) => isTaken(one, transaction))) return false;
      add(transaction);
      return true;
    },
    async bump(previous, next) {
      await settle(previous, "bumped");
      add(next);
    },
    settle,
    findLive: async (sender) => findLive(sender),
    findByPurpose: async ({ chainId }, purpose) =>
      all.findLast((one) => one.chainId === chainId && one.purpose === purpose),
    findByNonce: async (sender, nonce) => newest(sender).filter((one) => one.nonce === nonce),
  };
}

/** One purpose is done once, by whichever key. */
function isTaken({ outcome, ...one }: RecordedTransaction, { chainId, purpose, hash }: SignedTransaction): boolean {
  const isAlive = outcome === undefined || outcome === "succeeded";
  return isAlive && one.chainId === chainId && one.purpose === purpose && one.hash !== hash;
}
