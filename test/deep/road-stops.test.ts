import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureExecuted } from "../../src/act/ensure-finalized.ts";
import { ensureScheduled } from "../../src/act/ensure-scheduled.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import type { FinalizeOrder } from "../../src/verdict.ts";
import { startDelayedScene } from "../helpers/delayed-scene.ts";
import { createFate } from "../helpers/fate.ts";
import type { Scene } from "../helpers/scene.ts";

let scene: Scene;
let order: FinalizeOrder;
let ripen: () => Promise<void>;
let restore: () => Promise<void>;

beforeAll(async () => {
  ({ scene, order, ripen } = await startDelayedScene());
});
beforeEach(async () => {
  restore = await scene.snapshot();
});
afterEach(() => restore());
afterAll(() => scene.stop());

async function readSent(): Promise<number> {
  return (await scene.readEffects(order.proposal)).sent;
}

async function scheduleByAnother(): Promise<void> {
  await ensureScheduled(order, await scene.startBot({ accounts: [4] }));
  await ripen();
}

/** As `finalize-stops.test.ts`, for the other two steps: each is stopped at every request and every use of the store. */
describe("stopped at any of its steps and started again", () => {
  it.each(["schedule", "execute"] as const)(
    "ends with one %s, also where the store was lost",
    {
      timeout: 240_000,
    },
    async (name) => {
      const ensure = name === "schedule" ? ensureScheduled : ensureExecuted;
      if (name === "execute") await scheduleByAnother();
      for (const isLost of [false, true]) {
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
          const life = ensure(order, doomed).catch(() => undefined);
          completed = (await Promise.race([life, fate.death])) !== "dead";
          const next = await scene.startBot({ transactions: isLost ? createMemoryTransactions() : transactions });
          expect([step, await ensure(order, next)]).toMatchObject([step, { kind: "done" }]);
          expect([step, await readSent()]).toEqual([step, 1]);
          await back();
        }
        expect(step).toBeGreaterThan(40);
      }
    },
  );
});
