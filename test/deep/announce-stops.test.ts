import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureAnnounced } from "../../src/act/ensure-announced.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import type { AnnounceOrder } from "../../src/verdict.ts";
import { createFate } from "../helpers/fate.ts";
import { readProposed } from "../helpers/proposed.ts";
import { type Scene, startScene } from "../helpers/scene.ts";

let scene: Scene;
let orders: Record<AnnounceOrder["kind"], AnnounceOrder>;

beforeAll(async () => {
  scene = await startScene();
  orders = await scene.toAnnouncements();
});
afterAll(() => scene.stop());

describe("stopped at any of its steps and started again", () => {
  it.each<[AnnounceOrder["kind"], "kept" | "lost"]>([
    ["open", "kept"],
    ["open", "lost"],
    ["quorum", "kept"],
    ["quorum", "lost"],
  ])("announces a proposal once: %s, its store %s", { timeout: 120_000 }, async (kind, store) => {
    const order = orders[kind];
    let step = 0;
    for (let completed = false; !completed; step++) {
      const back = await scene.snapshot();
      const transactions = createMemoryTransactions();
      const fate = createFate(step);
      const wrapped = { intercept: fate.intercept, transactions: fate.wrap(transactions), timeout: 300 };
      const life = ensureAnnounced(order, await scene.startBot(wrapped)).catch(() => undefined);
      completed = (await Promise.race([life, fate.death])) !== "dead";

      const next = await scene.startBot(store === "kept" ? { transactions } : {});
      await ensureAnnounced(order, next);
      const found = await readProposed(scene.anvil, scene.registry.address);
      const signatures = packSignatures(order.signatures);
      const expected = [{ digest: order.proposal.digest, sender: next.relayer.address, signatures }];
      expect([step, found]).toEqual([step, expected]);
      await back();
    }
    expect(step).toBeGreaterThan(30);
  });
});
