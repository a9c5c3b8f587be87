import type { BaseWallet } from "ethers";
import { CountersignError, failure } from "../errors.ts";
import type { Receipt } from "./relayer/receipt.ts";
import type { TransactionOrder } from "./relayer/sign.ts";
import { createRelayer, type Relayer, type RelayerSettings } from "./relayer.ts";

export interface RelayersSettings extends Omit<RelayerSettings, "wallet" | "others"> {
  /** At least one. */
  readonly wallets: readonly BaseWallet[];
}

/**
 * Several keys as one relayer: each has its own row of nonces, so that they send side by side; who has least to do sends,
 * and where it cannot pay, or a record's gate is another one, the next. A purpose is one for all of them: whoever has
 * sent for it brings it to its end.
 */
export function createRelayers({ wallets, ...settings }: RelayersSettings): Relayer {
  const accounts = wallets.map(({ address }) => address);
  const all = wallets.map((wallet) => createRelayer({ ...settings, wallet, others: accounts }));
  const [first] = all;
  if (!first) throw failure("INTERNAL", "expected at least one wallet");
  const { chain, store } = settings;
  const load = new Map<Relayer, number>(all.map((one) => [one, 0]));

  async function send(order: TransactionOrder): Promise<Receipt> {
    const earlier = await store.transactions.findByPurpose(chain, order.purpose);
    const owner = all.find(({ address }) => address === earlier?.relayer);
    if (owner && earlier?.outcome !== "reverted" && earlier?.outcome !== "replaced") return owner.send(order);
    const unable: CountersignError[] = [];
    for (const one of byLoad()) {
      try {
        return await counted(one, order);
      } catch (error) {
        const newest = await store.transactions.findByPurpose(chain, order.purpose);
        if (!isUnable(error) || newest?.hash !== earlier?.hash) throw error;
        unable.push(error);
      }
    }
    // That somebody lacks money can change; what all of them were refused does not.
    throw unable.find(({ code }) => code === "RELAYER_UNABLE") ?? unable[0];
  }

  async function counted(one: Relayer, order: TransactionOrder): Promise<Receipt> {
    load.set(one, (load.get(one) ?? 0) + 1);
    try {
      return await one.send(order);
    } finally {
      load.set(one, (load.get(one) ?? 1) - 1);
    }
  }

  const byLoad = () => all.toSorted((left, right) => (load.get(left) ?? 0) - (load.get(right) ?? 0));

  return {
    address: first.address,
    addresses: all.flatMap(({ addresses }) => addresses),
    send,
    find: async (order) => {
      const earlier = await store.transactions.findByPurpose(chain, order.purpose);
      return (all.find(({ address }) => address === earlier?.relayer) ?? first).find(order);
    },
    confirm: first.confirm,
  };
}

/** Nothing was sent, and another key may be able. */
function isUnable(error: unknown): error is CountersignError {
  return error instanceof CountersignError && (error.code === "RELAYER_UNABLE" || error.code === "CHAIN_REVERTED");
}
