import { Wallet } from "ethers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Chain, openChain } from "../../src/clients/chain.ts";
import { createRelayers, type RelayersSettings } from "../../src/clients/relayers.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import { type Address, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { type Anvil, type AnvilOptions, startAnvil } from "../helpers/anvil.ts";
import { type RpcProxy, startRpcProxy } from "../helpers/rpc-proxy.ts";

/** Counts its own calls in slot 0. */
const counter: Address = "0x00000000000000000000000000000000000C0017";
const counterCode = "0x5f546001015f5500";
/** The same, for the sender alone whose address is in slot 1: as a record's gate is. */
const gatedCode = "0x6001543314600b575f5ffd5b5f546001015f5500";

let anvil: Anvil;
let proxy: RpcProxy;
let chain: Chain;
let store: RelayersSettings["store"];
let wallets: Wallet[];

async function start(options: AnvilOptions = {}): Promise<void> {
  anvil = await startAnvil(options);
  proxy = await startRpcProxy(anvil.rpc);
  chain = openChain({ chainId: 31_337, rpc: proxy.rpc, confirmations: 1, pollingInterval: 20 });
  store = { transactions: createMemoryTransactions() };
  wallets = [0, 1, 2].map((index) => new Wallet(anvil.accounts[index]?.privateKey ?? ""));
  await anvil.provider.send("anvil_setCode", [counter, counterCode]);
}

async function stop(): Promise<void> {
  chain.destroy();
  await proxy.stop();
  await anvil.stop();
}

beforeEach(() => start());
afterEach(stop);

const open = (settings: Partial<RelayersSettings> = {}) =>
  createRelayers({ chain, wallets, store, timeout: 30_000, ...settings });
const order = { purpose: "count", to: counter, data: "0x" as Hex };
const drain = ({ address }: Wallet) => anvil.provider.send("anvil_setBalance", [address, "0x0"]);
const senderOf = async (hash: string) => (await anvil.provider.getTransaction(hash))?.from;

async function readEffects() {
  const nonces = await Promise.all(wallets.map(({ address }) => anvil.provider.getTransactionCount(address)));
  return { calls: Number(await anvil.provider.getStorage(counter, 0)), nonces };
}

describe("several relayers", () => {
  it("send one transaction for a purpose, whoever of them is asked, in one process or in several", async () => {
    const processes = [open(), open(), open({ wallets: wallets.toReversed() })];
    const receipts = await Promise.all([...processes, ...processes].map((one) => one.send(order)));
    expect(new Set(receipts.map(({ transaction }) => transaction)).size).toBe(1);
    const { calls, nonces } = await readEffects();
    expect([calls, nonces.toSorted()]).toEqual([1, [0, 0, 1]]);
  });

  it("send side by side what has nothing to do with each other", async () => {
    const relayer = open();
    const purposes = ["one", "two", "three"];
    await Promise.all(purposes.map((purpose) => relayer.send({ ...order, purpose })));
    expect(await readEffects()).toEqual({ calls: 3, nonces: [1, 1, 1] });
  });

  it("leave it to the next where one has no money", async () => {
    await drain(wallets[0] as Wallet);
    await drain(wallets[1] as Wallet);
    const { transaction } = await open().send(order);
    expect(await senderOf(transaction)).toBe(wallets[2]?.address);
  });

  it("are unable where none of them has", async () => {
    for (const wallet of wallets) await drain(wallet);
    await expect(open().send(order)).rejects.toMatchObject({ code: "RELAYER_UNABLE" });
    expect(proxy.count("eth_sendRawTransaction")).toBe(0);
  });

  it("leave it to the one whom a gate lets pass", async () => {
    await anvil.provider.send("anvil_setCode", [counter, gatedCode]);
    const slot = `0x${wallets[1]?.address.slice(2).padStart(64, "0")}`;
    await anvil.provider.send("anvil_setStorageAt", [counter, `0x${"1".padStart(64, "0")}`, slot]);
    const { transaction } = await open().send(order);
    expect(await senderOf(transaction)).toBe(wallets[1]?.address);
    expect((await readEffects()).calls).toBe(1);
  });

  it("do not send a second one where the first was mined and reverted", async () => {
    proxy.intercept(async ({ method, id }, forward) => {
      if (method !== "eth_estimateGas") return forward();
      await anvil.provider.send("anvil_setCode", [counter, "0x5f5ffd"]);
      return { id, result: "0x30000" };
    });
    await expect(open().send(order)).rejects.toMatchObject({ code: "CHAIN_REVERTED" });
    expect(proxy.count("eth_sendRawTransaction")).toBe(1);
  });

  it("bring to its end what one of them has sent whose key is gone from the settings", async () => {
    proxy.intercept(async ({ method }, forward) => (method === "eth_sendRawTransaction" ? "drop" : forward()));
    const gone = open({ wallets: wallets.slice(0, 1), timeout: 200 });
    await expect(gone.send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    proxy.intercept((_, forward) => forward());
    const { transaction } = await open({ wallets: wallets.slice(1) }).send(order);
    expect(await senderOf(transaction)).toBe(wallets[0]?.address);
    expect(await readEffects()).toEqual({ calls: 1, nonces: [1, 0, 0] });
  });

  it("name all who may be the sender", () => {
    expect(open().addresses).toEqual(wallets.map(({ address }) => toAddress(address)));
  });
});

describe("several relayers whose store was lost", () => {
  it("send nothing while an unknown transaction of any of them is pending", async () => {
    await stop();
    await start({ mining: "manual" });
    await expect(open({ timeout: 300 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    store = { transactions: createMemoryTransactions() };
    await drain(wallets[0] as Wallet);
    await expect(open({ timeout: 300 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    expect(proxy.requests.filter(({ method }) => method === "eth_sendRawTransaction")).toHaveLength(1);
  });

  it("wait for no one whose pending transaction is known", async () => {
    await stop();
    await start({ mining: "manual" });
    const relayer = open({ timeout: 30_000 });
    const sending = ["one", "two"].map((purpose) => relayer.send({ ...order, purpose }));
    await expect.poll(() => proxy.count("eth_sendRawTransaction"), { timeout: 10_000 }).toBe(2);
    await anvil.mine();
    await Promise.all(sending);
    expect(await readEffects()).toEqual({ calls: 2, nonces: [1, 1, 0] });
  });
});
