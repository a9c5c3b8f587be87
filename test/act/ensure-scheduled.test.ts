import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureExecuted } from "../../src/act/ensure-finalized.ts";
import { ensureRejected } from "../../src/act/ensure-rejected.ts";
import { ensureScheduled } from "../../src/act/ensure-scheduled.ts";
import { createMemoryTransactions } from "../../src/clients/store/memory.ts";
import { hashRejection } from "../../src/protocol/approval.ts";
import { type Hex, zeroAddress } from "../../src/protocol/hex.ts";
import { toExecuteData, toScheduleData } from "../../src/protocol/registry-calls.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import type { FinalizeOrder, Proposal, RejectOrder } from "../../src/verdict.ts";
import { signDigest, startDelayedScene } from "../helpers/delayed-scene.ts";
import { sendMined } from "../helpers/registry.ts";
import type { Intercept } from "../helpers/rpc-proxy.ts";
import { type Scene, sceneSigners } from "../helpers/scene.ts";

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

async function statusOf({ digest }: Proposal) {
  const { number } = await scene.registry.readHead();
  return (await scene.registry.readSchedule(digest, number)).status;
}

const byAnyone = (data: Hex) => sendMined(scene.anvil.accounts[1], { to: scene.registry.address, data });

describe("a change with a delay", () => {
  it("is scheduled by one transaction and executed by one, each found done afterwards", async () => {
    const bot = await scene.startBot();
    const scheduled = await ensureScheduled(order, bot);
    expect(scheduled).toMatchObject({ kind: "done" });
    expect(await ensureScheduled(order, bot)).toEqual(scheduled);
    expect(await ensureScheduled(order, await scene.startBot())).toEqual(scheduled);
    expect(await statusOf(order.proposal)).toBe("waiting");
    await ripen();
    const executed = await ensureExecuted(order, bot);
    expect(executed).toMatchObject({ kind: "done" });
    expect(await ensureExecuted(order, await scene.startBot())).toEqual(executed);
    expect(await scene.readEffects(order.proposal)).toEqual({ changes: 2, versions: [3, 3], sent: 2 });
  });

  it("is done when anybody did it, and nothing is sent", async () => {
    const { approval } = order.proposal;
    const { hash: first } = await byAnyone(toScheduleData(approval, packSignatures(order.signatures)));
    expect(await ensureScheduled(order, await scene.startBot())).toMatchObject({ kind: "done", transaction: first });
    await ripen();
    const { hash: second } = await byAnyone(toExecuteData(approval));
    expect(await ensureExecuted(order, await scene.startBot())).toMatchObject({ kind: "done", transaction: second });
    expect(await scene.readEffects(order.proposal)).toEqual({ changes: 2, versions: [3, 3], sent: 0 });
  });

  it("is done when somebody is faster between simulation and sending", async () => {
    const data = toScheduleData(order.proposal.approval, packSignatures(order.signatures));
    let faster: string | undefined;
    const intercept: Intercept = async ({ method }, forward) => {
      if (method === "eth_sendRawTransaction") faster ??= (await byAnyone(data)).hash;
      return forward();
    };
    expect(await ensureScheduled(order, await scene.startBot({ intercept }))).toMatchObject({ transaction: faster });
  });

  it("is neither scheduled nor executed without cause, and nothing is sent", async () => {
    const bot = await scene.startBot();
    const one = { ...order, signatures: order.signatures.slice(0, 1) };
    expect(await ensureScheduled(one, bot)).toMatchObject({ message: expect.stringMatching(/^QuorumNotReached/) });
    expect(await ensureExecuted(order, bot)).toMatchObject({ message: expect.stringMatching(/^NotWaiting/) });
    await ensureScheduled(order, bot);
    expect(await ensureExecuted(order, bot)).toMatchObject({ message: expect.stringMatching(/^NotRipe/) });
    expect(await scene.readEffects(order.proposal)).toEqual({ changes: 0, versions: [2, 2], sent: 1 });
  });

  it("is done once, though the answer to each sending is lost and the bot starts anew", async () => {
    const transactions = createMemoryTransactions();
    const lossy: Intercept = async ({ method }, forward) => {
      const answer = await forward();
      return method === "eth_sendRawTransaction" ? "drop" : answer;
    };
    for (const step of [ensureScheduled, ensureExecuted] as const) {
      const lossyBot = await scene.startBot({ transactions, intercept: lossy, timeout: 300 });
      await step(order, lossyBot).catch(() => undefined);
      expect(await step(order, await scene.startBot({ transactions }))).toMatchObject({ kind: "done" });
      await ripen();
    }
    expect(await scene.readEffects(order.proposal)).toEqual({ changes: 2, versions: [3, 3], sent: 2 });
  });

  it("is not done where a receipt does not show it", async () => {
    const intercept: Intercept = async ({ method }, forward) => {
      const answer = await forward();
      const isReceipt = method === "eth_getTransactionReceipt" && answer.result;
      return isReceipt ? { ...answer, result: { ...(answer.result as object), logs: [] } } : answer;
    };
    const scheduling = ensureScheduled(order, await scene.startBot({ intercept, timeout: 200 }));
    await expect(scheduling).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
  });
});

describe("what is scheduled and rejected", () => {
  function toRejection(count: number): RejectOrder {
    const { digest, approval, domain } = order.proposal;
    const hashed = hashRejection(domain, { digest, deadline: approval.deadline });
    const signatures = sceneSigners.slice(0, count).map((wallet) => signDigest(wallet, hashed));
    return { proposal: order.proposal, contract: approval.upgrades[0]?.contractAddress ?? zeroAddress, signatures };
  }

  it("is dead by the signers of one record, and executed by nobody", async () => {
    const bot = await scene.startBot();
    await ensureScheduled(order, bot);
    expect(await ensureRejected(toRejection(2), bot)).toMatchObject({ kind: "done" });
    await ripen();
    expect(await ensureExecuted(order, bot)).toMatchObject({ message: expect.stringMatching(/^DigestRejected/) });
    const [contract] = order.proposal.approval.upgrades.map((upgrade) => upgrade.contractAddress);
    const { number } = await scene.registry.readHead();
    const votes = await scene.registry.readVotes(contract ?? zeroAddress, order.proposal.digest, number);
    expect(votes).toMatchObject({ rejected: expect.any(Number), revoked: 0 });
    expect(votes.rejected.toString(2).replaceAll("0", "")).toBe("11");
  });
});
