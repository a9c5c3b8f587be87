import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PullKey } from "../../src/app/keys.ts";
import { watchChain } from "../../src/app/watch.ts";
import { openChain } from "../../src/clients/chain.ts";
import { openRegistry, type Registry } from "../../src/clients/registry.ts";
import { openStore, type Store } from "../../src/clients/store.ts";
import { toTransactions } from "../../src/decide/unsent.ts";
import type { Address } from "../../src/protocol/hex.ts";
import { registryInterface, toProposeData } from "../../src/protocol/registry-calls.ts";
import { deployRegistry, registerIdle, sendMined } from "../helpers/registry.ts";
import { lie } from "../helpers/rpc-proxy.ts";
import { type Bot, type Scene, startScene } from "../helpers/scene.ts";
import { copyDataDirectory } from "../stage/template.ts";

const far = 4_000_000_000;

let scene: Scene;
let store: Store;
let directory: string;
let restore: () => Promise<void>;
let bot: Bot;
let contracts: readonly Address[];
let woken: number[];
let registry: Registry;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-watch-"));
  await copyDataDirectory(join(directory, "data"));
  store = await openStore({ directory: join(directory, "data/store") });
  scene = await startScene();
  contracts = scene.drafts.map(({ contractAddress }) => contractAddress);
}, 60_000);
beforeEach(async () => {
  restore = await scene.snapshot();
  bot = await scene.startBot();
  const chain = openChain({ chainId: 31_337, rpc: bot.proxy.rpc, confirmations: 1 });
  registry = openRegistry(chain, scene.registry.address);
  for (const number of [1, 2]) await store.watches.keep(pull(number), []);
  await wait(1, 0);
  await wait(2, 1);
  // What setting up did is news to whoever waits anew.
  woken = [];
  await look();
  woken = [];
});
afterEach(() => {
  registry.chain.destroy();
  return restore();
});
afterAll(async () => {
  await store?.close();
  await scene?.stop();
  await rm(directory, { recursive: true });
});

function pull(number: number): PullKey {
  return { installationId: 1, repositoryId: 2, owner: "acme", repository: "vault", number };
}

/** The pull request waits for news of the contract with this index. */
const wait = (number: number, index: number, due?: number) =>
  store.watches.keep(pull(number), [
    { chainId: 31_337, contract: contracts[index] as Address, until: far, ...(due !== undefined && { due }) },
  ]);

async function look(): Promise<number[]> {
  const before = woken.length;
  const sink = { pull: async ({ number }: PullKey) => void woken.push(number) };
  expect(await watchChain({ registry, watches: store.watches, sink })).toBe(woken.length - before);
  return woken.slice(before).toSorted();
}

async function finalize(records = scene.drafts.slice(0, 1)): Promise<void> {
  const [transaction] = toTransactions({ kind: "finalize", ...(await scene.toOrder({ records })) });
  await sendMined(scene.anvil.accounts[3] as never, transaction as never);
}

describe("an event of a contract", () => {
  it("wakes who waits for it, once, and nobody else", async () => {
    await finalize();
    expect(await look()).toEqual([1]);
    expect(await look()).toEqual([]);
    await scene.anvil.mine(3);
    expect(await look()).toEqual([]);
  });

  it("wakes everybody whose contract it names", async () => {
    await finalize([...scene.drafts]);
    expect(await look()).toEqual([1, 2]);
  });

  it("wakes who began to wait for it a moment later", async () => {
    await finalize();
    expect(await look()).toEqual([1]);
    await scene.anvil.mine(3);
    expect(await look()).toEqual([]);
    await wait(2, 0);
    expect(await look()).toEqual([2]);
    await store.watches.keep(pull(2), []);
  });

  it("wakes nobody where it is of another registry", async () => {
    const other = await deployRegistry(scene.anvil);
    await registerIdle(scene.anvil, other, { signers: [scene.anvil.accounts[4] as never] });
    expect(await look()).toEqual([]);
    other.chain.destroy();
  });

  it("is read again after a fault, so that it is not lost", async () => {
    await finalize();
    bot.proxy.intercept(lie("eth_getLogs", (id) => ({ id, error: { code: -32_000, message: "overloaded" } })));
    await expect(look()).rejects.toMatchObject({ code: "CHAIN_REFUSED" });
    bot.proxy.intercept((_, forward) => forward());
    expect(await look()).toEqual([1]);
  });

  it("is told again where the queue could not take it", async () => {
    await finalize();
    const sink = { pull: async () => Promise.reject(new Error("the database is down")) };
    await expect(watchChain({ registry, watches: store.watches, sink })).rejects.toThrow("database");
    expect(await look()).toEqual([1]);
  });

  it("is found though a node had not got it yet when it was asked", async () => {
    await finalize();
    const { number } = await scene.registry.readHead();
    bot.proxy.intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method !== "eth_getLogs") return answer;
      const logs = answer.result as { blockNumber: string }[];
      return { ...answer, result: logs.filter(({ blockNumber }) => Number(blockNumber) < number) };
    });
    expect(await look()).toEqual([]);
    bot.proxy.intercept((_, forward) => forward());
    await scene.anvil.mine(3);
    await store.watches.keepCheckpoint({ chainId: 31_337, registry: scene.registry.address }, number + 3);
    expect(await look()).toEqual([1]);
  });

  it("is not gone because a node is behind as a whole", async () => {
    await finalize();
    expect(await look()).toEqual([1]);
    const { number } = await scene.registry.readHead();
    bot.proxy.intercept(async ({ method }, forward) => {
      const answer = await forward();
      if (method === "eth_getLogs") return answer;
      return { ...answer, result: { ...(answer.result as object), number: `0x${(number - 1).toString(16)}` } };
    });
    expect(await look()).toEqual([]);
    bot.proxy.intercept((_, forward) => forward());
    expect(await look()).toEqual([]);
  });
});

describe("what a reorganisation does", () => {
  it("wakes who was told of an event that is gone, and again when it is back in another block", async () => {
    await finalize();
    const [transaction] = (await scene.anvil.provider.getBlock("latest", true))?.prefetchedTransactions ?? [];
    expect(await look()).toEqual([1]);
    await scene.anvil.provider.send("anvil_rollback", [1]);
    await scene.anvil.mine(2);
    expect(await look()).toEqual([1]);
    expect(await look()).toEqual([]);
    await sendMined(scene.anvil.accounts[3] as never, { to: transaction?.to ?? "", data: transaction?.data ?? "" });
    expect(await look()).toEqual([1]);
    expect(await look()).toEqual([]);
  });
});

describe("what anybody may write", () => {
  it("wakes nobody: an announcement costs its sender gas, and a review costs us requests", async () => {
    const { proposal } = await scene.toOrder();
    const data = toProposeData(proposal.approval, "0x");
    await sendMined(scene.anvil.accounts[3] as never, { to: scene.registry.address, data });
    expect(await look()).toEqual([]);
  });
});

describe("a signer's word on chain", () => {
  it("wakes: he revokes what he signed", async () => {
    const { proposal } = await scene.toOrder();
    const [signer] = scene.drafts[0].signers;
    await scene.anvil.provider.send("anvil_impersonateAccount", [signer]);
    await scene.anvil.provider.send("anvil_setBalance", [signer, "0xde0b6b3a7640000"]);
    const data = registryInterface.encodeFunctionData("revoke", [contracts[0], proposal.digest]);
    await scene.anvil.provider.send("eth_sendTransaction", [{ from: signer, to: scene.registry.address, data }]);
    expect(await look()).toEqual([1]);
  });
});

describe("a time that has come", () => {
  it("wakes without any event, once, by the chain's own clock", async () => {
    const { timestamp } = await scene.registry.readHead();
    await wait(1, 0, timestamp + 1_000);
    expect(await look()).toEqual([]);
    await scene.anvil.provider.send("evm_increaseTime", [1_000]);
    await scene.anvil.mine();
    expect(await look()).toEqual([1]);
    expect(await look()).toEqual([]);
  });
});

describe("what it costs", () => {
  it("is two requests for each look, however many wait", async () => {
    const names = async (act: () => Promise<unknown>) => {
      const before = bot.proxy.requests.length;
      await act();
      return bot.proxy.requests.slice(before).map(({ method }) => method);
    };
    for (let number = 10; number < 30; number++) await wait(number, number % 2);
    expect(await names(look)).toEqual(["eth_getBlockByNumber", "eth_getLogs"]);
    for (let number = 10; number < 30; number++) await store.watches.keep(pull(number), []);
  });

  it("is bounded after a long time away: what is older, the sweep has found", async () => {
    const head = (await scene.registry.readHead()).number + 100_000;
    const ranges: { fromBlock: string; toBlock: string }[] = [];
    bot.proxy.intercept(async ({ method, id, params }, forward) => {
      if (method === "eth_getLogs") ranges.push(params[0] as (typeof ranges)[number]);
      if (method === "eth_getLogs") return { id, result: [] };
      const answer = await forward();
      return { ...answer, result: { ...(answer.result as object), number: `0x${head.toString(16)}` } };
    });
    await look();
    expect(ranges.map(({ fromBlock, toBlock }) => [Number(fromBlock), Number(toBlock)])).toEqual([
      [head - 20_256, head],
    ]);
    await store.watches.keepCheckpoint({ chainId: 31_337, registry: scene.registry.address }, 0);
  });
});
