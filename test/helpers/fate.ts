import type { Transactions } from "../../src/clients/store/transactions.ts";
import type { Intercept } from "./rpc-proxy.ts";

/**
 * Ends a bot at its n-th step, as a kill does: from then on it gets no answers and leaves no traces. A step is each
 * request and each use of the store, once before it takes effect and once after.
 */
export function createFate(last: number) {
  let step = 0;
  let die: (word: "dead") => void = () => undefined;
  const death = new Promise<"dead">((resolve) => {
    die = resolve;
  });

  async function pass(): Promise<void> {
    if (step++ < last) return;
    die("dead");
    await new Promise<never>(() => undefined);
  }

  async function around<T>(effect: () => Promise<T>): Promise<T> {
    await pass();
    const answer = await effect();
    await pass();
    return answer;
  }

  const wrap = (store: Transactions): Transactions => ({
    record: (one) => around(() => store.record(one)),
    bump: (one, next) => around(() => store.bump(one, next)),
    settle: (one, outcome) => around(() => store.settle(one, outcome)),
    findLive: (sender) => around(() => store.findLive(sender)),
    findByPurpose: (sender, purpose) => around(() => store.findByPurpose(sender, purpose)),
    findByNonce: (sender, nonce) => around(() => store.findByNonce(sender, nonce)),
  });
  const intercept: Intercept = (_, forward) => around(forward);
  return { death, wrap, intercept };
}
