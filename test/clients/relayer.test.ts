import { Wallet } from "ethers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Chain, openChain } from "../../src/clients/chain.ts";
import { createRelayer, type RelayerSettings } from "../../src/clients/relayer.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import type { Address, Hex } from "../../src/protocol/hex.ts";
import { type Anvil, type AnvilOptions, startAnvil } from "../helpers/anvil.ts";
import { sendMined } from "../helpers/registry.ts";
import { dropOnce, type Intercept, late, lie, type RpcProxy, startRpcProxy } from "../helpers/rpc-proxy.ts";

/** Counts its own calls in slot 0; with `01…` as data it reverts. */
const counterCode = "0x5f3560f81c6001146013575f546001015f55005b5f5ffd";
const counter: Address = "0x00000000000000000000000000000000000C0017";

let anvil: Anvil;
let proxy: RpcProxy;
let chain: Chain;
let wallet: Wallet;
let store: RelayerSettings["store"];

beforeEach(() => start());
afterEach(async () => {
  chain.destroy();
  await proxy.stop();
  await anvil.stop();
});

async function start(options: AnvilOptions = {}, confirmations = 1): Promise<void> {
  anvil = await startAnvil(options);
  proxy = await startRpcProxy(anvil.rpc);
  chain = openChain({ chainId: 31_337, rpc: proxy.rpc, confirmations, pollingInterval: 20, timeout: 400 });
  wallet = new Wallet(anvil.accounts[0].privateKey);
  store = { transactions: createMemoryTransactions() };
  await anvil.provider.send("anvil_setCode", [counter, counterCode]);
}

async function restart(options: AnvilOptions, confirmations?: number): Promise<void> {
  await proxy.stop();
  await anvil.stop();
  await start(options, confirmations);
}

function open(settings: Partial<RelayerSettings> = {}) {
  return createRelayer({ chain, wallet, store, timeout: 4_000, ...settings });
}

const order = { purpose: "count", to: counter, data: "0x" as Hex };
const next = { ...order, purpose: "next", data: "0x02" as Hex };
const sender = () => ({ chainId: 31_337, relayer: wallet.address as Address });

async function readEffects() {
  const [calls, nonce] = await Promise.all([
    anvil.provider.getStorage(counter, 0),
    anvil.provider.getTransactionCount(wallet.address),
  ]);
  return { calls: Number(calls), nonce };
}

describe("a transaction", () => {
  it("is recorded before it is sent, confirmed, and settled", async () => {
    const known: unknown[] = [];
    proxy.intercept(async ({ method }, forward) => {
      if (method === "eth_sendRawTransaction") known.push(await store.transactions.findLive(sender()));
      return forward();
    });
    const receipt = await open().send(order);
    expect(receipt).toMatchObject({ succeeded: true, block: 1 });
    expect(known).toMatchObject([{ purpose: "count", nonce: 0, hash: receipt.transaction, outcome: undefined }]);
    expect(await store.transactions.findLive(sender())).toBeUndefined();
    expect(await store.transactions.findByPurpose(sender(), "count")).toMatchObject({ outcome: "succeeded" });
  });

  it("creates a contract where it has no target", async () => {
    const { created } = await open().send({ purpose: "create", data: "0x60016000f3" });
    expect(await anvil.provider.getCode(created ?? "")).toBe("0x00");
  });

  it("is sent once for one purpose, whoever asks and however often", async () => {
    const [first, second] = [open(), open()];
    const receipts = await Promise.all([first.send(order), first.send(order), second.send(order)]);
    expect(new Set(receipts.map(({ transaction }) => transaction)).size).toBe(1);
    expect(await first.find(order)).toEqual(receipts[0]);
    expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
  });

  it("follows another one with the next nonce", async () => {
    const relayer = open();
    const purposes = ["one", "two", "three"];
    const receipts = await Promise.all(purposes.map((purpose) => relayer.send({ ...order, purpose })));
    expect(receipts.map(({ block }) => block)).toEqual([1, 2, 3]);
    expect(await readEffects()).toEqual({ calls: 3, nonce: 3 });
  });

  it("is not sent where it would revert", async () => {
    await expect(open().send({ ...order, data: "0x01" })).rejects.toMatchObject({ code: "CHAIN_REVERTED" });
    expect(proxy.count("eth_sendRawTransaction")).toBe(0);
    expect(await store.transactions.findByPurpose(sender(), "count")).toBeUndefined();
  });

  it("is told as reverted where it reverts after all, and may then be tried again", async () => {
    proxy.intercept(async ({ method, id }, forward) => {
      if (method !== "eth_estimateGas") return forward();
      await anvil.provider.send("anvil_setCode", [counter, "0x5f5ffd"]);
      return { id, result: "0x30000" };
    });
    await expect(open().send(order)).rejects.toMatchObject({ code: "CHAIN_REVERTED" });
    expect(await store.transactions.findByPurpose(sender(), "count")).toMatchObject({ outcome: "reverted" });
    expect(await open().find(order)).toBeUndefined();
    proxy.intercept((_, forward) => forward());
    await anvil.provider.send("anvil_setCode", [counter, counterCode]);
    expect(await open().send(order)).toMatchObject({ succeeded: true });
  });
});

describe("when the answer to sending is lost or a lie", () => {
  const send = "eth_sendRawTransaction";
  const faults: [string, Intercept][] = [
    ["the connection drops before the node has it", dropOnce(send, "before")],
    ["the connection drops after the node has it", dropOnce(send, "after")],
    ["the node answers with another hash", lie(send, (id) => ({ id, result: `0x${"ab".repeat(32)}` }))],
    ["the node refuses what it took", lie(send, (id) => ({ id, error: { code: -32_000, message: "already known" } }))],
    ["the node answers too late", late(send, 600)],
  ];
  for (const [name, fault] of faults) {
    it(`has one effect though ${name}`, async () => {
      proxy.intercept(fault);
      const receipt = await open().send(order);
      expect(receipt.succeeded).toBe(true);
      expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
      expect((await anvil.provider.getBlock(1))?.transactions).toEqual([receipt.transaction]);
    });
  }

  it("stays unknown while nothing can be found out, and sends the same bytes later", async () => {
    proxy.intercept(async ({ method }, forward) => (method === "eth_sendRawTransaction" ? "drop" : forward()));
    await expect(open({ timeout: 200 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    const recorded = await store.transactions.findLive(sender());
    proxy.intercept((_, forward) => forward());
    expect((await open().send(order)).transaction).toBe(recorded?.hash);
    expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
  });
});

describe("what was mined while nobody looked", () => {
  it("is settled by the next order, which comes after it", async () => {
    const receipts = "eth_getTransactionReceipt";
    proxy.intercept(async ({ method }, forward) => (method === receipts ? "drop" : forward()));
    await expect(open({ timeout: 200 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    proxy.intercept((_, forward) => forward());
    expect(await open().send(next)).toMatchObject({ block: 2 });
    expect(await store.transactions.findByPurpose(sender(), "count")).toMatchObject({ outcome: "succeeded" });
    expect(await readEffects()).toEqual({ calls: 2, nonce: 2 });
  });
});

describe("what was recorded and no node has", () => {
  let sent: number;

  beforeEach(async () => {
    proxy.intercept(async ({ method }, forward) => (method === "eth_sendRawTransaction" ? "drop" : forward()));
    await expect(open({ timeout: 200 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    sent = proxy.count("eth_sendRawTransaction");
    proxy.intercept((_, forward) => forward());
  });

  it("never goes out for another order, which takes its nonce", async () => {
    const { transaction } = await open().send(next);
    expect(await store.transactions.findByPurpose(sender(), "count")).toMatchObject({ nonce: 0, outcome: "replaced" });
    expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
    expect((await anvil.provider.getBlock(1))?.transactions).toEqual([transaction]);
  });

  it("is signed anew where it is ordered again", async () => {
    await open().send(next);
    expect(await open().send(order)).toMatchObject({ succeeded: true, block: 2 });
    expect(await readEffects()).toEqual({ calls: 2, nonce: 2 });
  });

  it("never goes out once its own order is not due any more", async () => {
    await expect(open().send({ ...order, assertDue })).rejects.toThrow("not due");
    await expect(open().find({ ...order, assertDue })).rejects.toThrow("not due");
    await expect(open({ bumpAfter: 0 }).find({ ...order, assertDue })).rejects.toThrow("not due");
    expect(proxy.count("eth_sendRawTransaction")).toBe(sent);
  });
});

async function assertDue(): Promise<void> {
  throw new Error("not due");
}

describe("an order that is not due", () => {
  it("is not signed, and asked about when nothing stands before it any more", async () => {
    await restart({ mining: "manual" });
    const relayer = open();
    const before = relayer.send({ ...order, purpose: "before" });
    let asked = false;
    const sending = relayer.send({
      ...order,
      assertDue: () => {
        asked = true;
        return assertDue();
      },
    });
    const refused = expect(sending).rejects.toThrow("not due");
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(asked).toBe(false);
    await anvil.mine();
    await before;
    await refused;
    expect(asked).toBe(true);
    expect(await store.transactions.findByPurpose(sender(), "count")).toBeUndefined();
    expect(proxy.count("eth_sendRawTransaction")).toBe(1);
  });

  it("is not asked about where it was done already", async () => {
    const done = await open().send(order);
    expect(await open().send({ ...order, assertDue })).toEqual(done);
    const findDone = async () => done;
    expect(await open().send({ ...order, purpose: "other", findDone, assertDue })).toEqual(done);
  });
});

describe("when the chain is not the one that was set", () => {
  it("signs nothing, though it was the right one before", async () => {
    await chain.assertId();
    await chain.ask((provider) => provider.getBlockNumber());
    proxy.intercept(async ({ method, id }, forward) => (method === "eth_chainId" ? { id, result: "0x1" } : forward()));
    await expect(open().send(order)).rejects.toMatchObject({ code: "CHAIN_WRONG_ID" });
    expect(await store.transactions.findLive(sender())).toBeUndefined();
    expect(proxy.count("eth_sendRawTransaction")).toBe(0);
  });
});

describe("when the store was lost", () => {
  it("sends nothing new while an unknown transaction of its key is pending", async () => {
    await restart({ mining: "manual" });
    await expect(open({ timeout: 200 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    store = { transactions: createMemoryTransactions() };
    await expect(open({ timeout: 200 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    expect(proxy.requests.filter(({ method }) => method === "eth_sendRawTransaction")).toHaveLength(1);
    await anvil.mine();
    expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
  });
});

describe("when a transaction does not get into a block", () => {
  beforeEach(() => restart({ mining: "manual" }));

  it("is sent again with a higher fee and the same nonce, and one of them is mined", async () => {
    const sending = open({ bumpAfter: 150 }).send(order);
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBeGreaterThanOrEqual(2);
    await anvil.mine();
    const receipt = await sending;
    const attempts = await store.transactions.findByNonce(sender(), 0);
    expect(attempts.length).toBeGreaterThanOrEqual(2);
    expect(attempts.map(({ hash }) => hash)).toContain(receipt.transaction);
    expect(await store.transactions.findLive(sender())).toBeUndefined();
    expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
  });

  it("is not sent again above the cap", async () => {
    const cap = ((await anvil.provider.getFeeData()).maxFeePerGas ?? 0n) + 1n;
    const sending = open({ bumpAfter: 50, timeout: 500, maxFeePerGas: cap }).send(order);
    await expect(sending).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    expect(proxy.count("eth_sendRawTransaction")).toBe(1);
  });

  it("is sent again where the node forgot it", async () => {
    const sending = open().send(order);
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(1);
    await anvil.provider.send("anvil_dropAllTransactions", []);
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(2);
    await anvil.mine();
    expect(await sending).toMatchObject({ succeeded: true });
  });

  it("is waited for by other orders, and comes first", async () => {
    const sending = open().send(order);
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(1);
    const other = open().send(next);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(proxy.count("eth_sendRawTransaction")).toBe(1);
    await anvil.mine();
    expect(await sending).toMatchObject({ block: 1 });
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(2);
    await anvil.mine();
    expect(await other).toMatchObject({ block: 2 });
  });

  it("gives way to the next order where nobody orders it any more", async () => {
    await expect(open({ timeout: 200 }).send(order)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    const sending = open({ bumpAfter: 150, timeout: 20_000 }).send({ ...next, gasLimit: 100_000n });
    // The same fee does not take its place, a higher one does.
    const isTaken = async () => {
      const live = await store.transactions.findLive(sender());
      return live?.purpose === "next" && (await anvil.provider.getTransaction(live.hash)) !== null;
    };
    await expect.poll(isTaken, { timeout: 10_000 }).toBe(true);
    await anvil.mine();
    expect(await sending).toMatchObject({ succeeded: true });
    expect(await store.transactions.findByPurpose(sender(), "count")).toMatchObject({ outcome: "replaced" });
    expect(await readEffects()).toEqual({ calls: 1, nonce: 1 });
  });

  it("gives way where somebody else used the nonce, and is done with the next one", async () => {
    const sending = open().send(order);
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(1);
    await anvil.provider.send("anvil_dropAllTransactions", []);
    const gasPrice = 50_000_000_000n;
    await anvil.accounts[0].sendTransaction({ to: wallet.address, nonce: 0, gasPrice });
    await anvil.mine();
    await expect.poll(() => anvil.provider.send("txpool_status", [])).toMatchObject({ pending: "0x1" });
    await anvil.mine();
    expect(await sending).toMatchObject({ succeeded: true });
    expect(await readEffects()).toEqual({ calls: 1, nonce: 2 });
  });
});

describe("confirmations", () => {
  beforeEach(() => restart({ mining: "manual" }, 3));

  it("are awaited", async () => {
    let done = false;
    const sending = open()
      .send(order)
      .finally(() => {
        done = true;
      });
    await expect.poll(() => proxy.count("eth_sendRawTransaction")).toBe(1);
    await anvil.mine(2);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(done).toBe(false);
    await anvil.mine();
    expect(await sending).toMatchObject({ succeeded: true, block: 1 });
  });
});

describe("when a reorganisation takes confirmed transactions back", () => {
  it("sends the same bytes again, earlier ones too", async () => {
    const relayer = open();
    await relayer.send({ ...order, purpose: "first" });
    const { transaction } = await relayer.send(order);
    await anvil.provider.send("anvil_rollback", [2]);
    await anvil.provider.send("anvil_dropAllTransactions", []);
    expect(await readEffects()).toEqual({ calls: 0, nonce: 0 });
    expect((await relayer.send(order)).transaction).toBe(transaction);
    expect(await readEffects()).toEqual({ calls: 2, nonce: 2 });
  });
});

describe("what the relayer pays", () => {
  it("is nothing where gas costs more than the cap", async () => {
    await expect(open({ maxFeePerGas: 1n }).send(order)).rejects.toMatchObject({ code: "RELAYER_UNABLE" });
    expect(proxy.count("eth_sendRawTransaction")).toBe(0);
  });

  it("is never more than the cap, whatever the RPC asks for", async () => {
    const dear = `0x${(10n ** 15n).toString(16)}`;
    proxy.intercept(async ({ method, id }, forward) =>
      method === "eth_maxPriorityFeePerGas" ? { id, result: dear } : forward(),
    );
    const cap = 3_000_000_000n;
    const { transaction } = await open({ maxFeePerGas: cap }).send(order);
    const sent = await anvil.provider.getTransaction(transaction);
    expect(sent).toMatchObject({ maxFeePerGas: cap, maxPriorityFeePerGas: cap });
  });

  it("is told as missing where the account is empty", async () => {
    const poor = Wallet.createRandom();
    const sending = createRelayer({ chain, wallet: poor as unknown as Wallet, store }).send(order);
    await expect(sending).rejects.toMatchObject({ code: "RELAYER_UNABLE" });
  });

  it("is one gas price on a chain without EIP-1559", async () => {
    await restart({ args: ["--hardfork", "berlin"] });
    await anvil.provider.send("anvil_setCode", [counter, "0x00"]);
    const { transaction } = await open().send(order);
    expect(await anvil.provider.getTransaction(transaction)).toMatchObject({ type: 0 });
  });
});

describe("anybody's transaction", () => {
  it("is confirmed as well, or stays unknown", async () => {
    const { hash } = await sendMined(anvil.accounts[1], { to: counter });
    expect(await open().confirm(hash as Hex)).toMatchObject({ transaction: hash, succeeded: true });
    const unknown = open({ timeout: 100 }).confirm(`0x${"cd".repeat(32)}`);
    await expect(unknown).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
  });
});
