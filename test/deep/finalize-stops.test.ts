import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureFinalized } from "../../src/act/ensure-finalized.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import type { FinalizeOrder } from "../../src/verdict.ts";
import { createFate } from "../helpers/fate.ts";
import type { FinalizeTask } from "../helpers/finalize-process.ts";
import type { RpcProxy } from "../helpers/rpc-proxy.ts";
import { type Scene, startScene } from "../helpers/scene.ts";

let scene: Scene;
let order: FinalizeOrder;
let restore: () => Promise<void>;

beforeAll(async () => {
  scene = await startScene();
  order = await scene.toOrder();
});
beforeEach(async () => {
  restore = await scene.snapshot();
});
afterEach(() => restore());
afterAll(() => scene.stop());

const onlyOnce = { changes: 2, versions: [2, 2], sent: 1 };

describe("stopped at any of its steps and started again", () => {
  it("ends with one finalize", { timeout: 120_000 }, async () => {
    let step = 0;
    for (let completed = false; !completed; step++) {
      const back = await scene.snapshot();
      const transactions = createMemoryTransactions();
      const fate = createFate(step);
      const doomed = await scene.startBot({
        intercept: fate.intercept,
        transactions: fate.wrap(transactions),
        timeout: 300,
      });
      const life = ensureFinalized(order, doomed).catch(() => undefined);
      completed = (await Promise.race([life, fate.death])) !== "dead";

      const next = await scene.startBot({ transactions });
      const result = await ensureFinalized(order, next);
      expect([step, result]).toMatchObject([step, { kind: "done" }]);
      expect([step, await scene.readEffects(order.proposal)]).toEqual([step, onlyOnce]);
      await back();
    }
    // Each request and each step of the store, before and after it takes effect.
    expect(step).toBeGreaterThan(40);
  });

  it("ends with one finalize where another of its relayers takes over", { timeout: 180_000 }, async () => {
    for (let step = 0, completed = false; !completed; step++) {
      const back = await scene.snapshot();
      const transactions = createMemoryTransactions();
      const fate = createFate(step);
      const doomed = await scene.startBot({
        accounts: [2, 3],
        intercept: fate.intercept,
        transactions: fate.wrap(transactions),
        timeout: 300,
      });
      const life = ensureFinalized(order, doomed).catch(() => undefined);
      completed = (await Promise.race([life, fate.death])) !== "dead";
      const next = await scene.startBot({ accounts: [3, 2], transactions });
      expect([step, await ensureFinalized(order, next)]).toMatchObject([step, { kind: "done" }]);
      expect([step, await scene.readEffects(order.proposal)]).toEqual([step, onlyOnce]);
      await back();
    }
  });

  it("ends with one finalize where the store was lost as well", { timeout: 120_000 }, async () => {
    for (let step = 0, completed = false; !completed; step++) {
      const back = await scene.snapshot();
      const fate = createFate(step);
      const doomed = await scene.startBot({
        intercept: fate.intercept,
        transactions: fate.wrap(createMemoryTransactions()),
      });
      const life = ensureFinalized(order, doomed).catch(() => undefined);
      completed = (await Promise.race([life, fate.death])) !== "dead";
      expect([step, await ensureFinalized(order, await scene.startBot())]).toMatchObject([step, { kind: "done" }]);
      expect([step, await scene.readEffects(order.proposal)]).toEqual([step, onlyOnce]);
      await back();
    }
  });
});

describe("killed as a process, with its store on the disk", () => {
  interface Point {
    readonly method: string;
    readonly when: "before" | "after";
  }

  let directory: string;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "countersign-finalize-"));
  });
  afterEach(() => void child?.kill("SIGKILL"));
  afterAll(() => rm(directory, { recursive: true }));

  async function run(proxy: RpcProxy, wanted: FinalizeOrder): Promise<string> {
    const { privateKey: key } = scene.anvil.accounts[2];
    const task: FinalizeTask = { rpc: proxy.rpc, registry: scene.registry.address, key, directory, order: wanted };
    const program = fileURLToPath(new URL("../helpers/finalize-process.ts", import.meta.url));
    child = spawn(process.execPath, [program, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
    const exit = once(child, "exit");
    const output = await text(child.stdout as NonNullable<typeof child.stdout>);
    await exit;
    return output;
  }

  async function killAt(point: Point, wanted: FinalizeOrder): Promise<string> {
    const { proxy } = await scene.startBot();
    proxy.intercept(async (request, forward) => {
      if (request.method !== point.method) return forward();
      if (point.when === "after") await forward();
      const exit = child && once(child, "exit");
      child?.kill("SIGKILL");
      await exit;
      return "drop";
    });
    expect(await run(proxy, wanted)).toBe("");
    expect(child?.signalCode).toBe("SIGKILL");
    proxy.intercept((_, forward) => forward());
    return run(proxy, wanted);
  }

  const points: [Point, string][] = [
    [{ method: "eth_sendRawTransaction", when: "before" }, "recorded, but not sent"],
    [{ method: "eth_getTransactionReceipt", when: "after" }, "mined, but not settled"],
  ];
  for (const [i, [point, name]] of points.entries()) {
    it(`ends with one finalize though it was ${name}`, { timeout: 60_000 }, async () => {
      // Each time another approval: the store is the same, as on a disk.
      const wanted = await scene.toOrder({ term: 10_000 + i });
      expect(JSON.parse(await killAt(point, wanted))).toMatchObject({ kind: "done" });
      expect(await scene.readEffects(wanted.proposal)).toEqual(onlyOnce);
    });
  }
});
