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
      if (findLive(transaction)) return false;
      add(transaction);
      return true;
    },
    async bump(previous, next) {
      await settle(previous, "bumped");
      add(next);
    },
    settle,
    findLive: async (sender) => findLive(sender),
    findByPurpose: async (sender, purpose) => newest(sender).find((one) => one.purpose === purpose),
    findByNonce: async (sender, nonce) => newest(sender).filter((one) => one.nonce === nonce),
  };
}
