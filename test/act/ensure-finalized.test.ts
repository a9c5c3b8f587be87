import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureFinalized } from "../../src/act/ensure-finalized.ts";
import { type Address, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { toFinalizeData, toRegisterData } from "../../src/protocol/registry-calls.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import type { FinalizeOrder } from "../../src/verdict.ts";
import { govern } from "../helpers/delayed-scene.ts";
import { sendMined, signApproval } from "../helpers/registry.ts";
import type { Intercept } from "../helpers/rpc-proxy.ts";
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

describe("an approved proposal", () => {
  it("is finalized by one transaction, and found done afterwards", async () => {
    const bot = await scene.startBot();
    const first = await ensureFinalized(order, bot);
    expect(first).toMatchObject({ kind: "done", transaction: expect.stringMatching(/^0x[0-9a-f]{64}$/) });
    const sent = bot.proxy.count("eth_sendRawTransaction");
    expect(await ensureFinalized(order, bot)).toEqual(first);
    expect(await ensureFinalized(order, await scene.startBot())).toEqual(first);
    expect([sent, bot.proxy.count("eth_sendRawTransaction")]).toEqual([1, 1]);
    expect(await scene.readEffects(order.proposal)).toEqual(onlyOnce);
  });

  it("is done when anybody finalized it, and nothing is sent", async () => {
    const data = toFinalizeData(order.proposal.approval, packSignatures(order.signatures));
    const { hash, gasUsed, blockNumber } = await sendMined(scene.anvil.accounts[1], {
      to: scene.registry.address,
      data,
    });
    const result = await ensureFinalized(order, await scene.startBot());
    expect(result).toEqual({ kind: "done", transaction: hash, gasUsed, block: blockNumber });
    expect(await scene.readEffects(order.proposal)).toEqual({ ...onlyOnce, sent: 0 });
  });

  it("is not sent where it is not due any more, which nobody asks once it is done", async () => {
    const assertDue = async () => expect.fail("not due");
    const bot = { ...(await scene.startBot()), assertDue };
    await expect(ensureFinalized(order, bot)).rejects.toThrow("not due");
    expect(bot.proxy.count("eth_sendRawTransaction")).toBe(0);
    const done = await ensureFinalized(order, await scene.startBot({ accounts: [3] }));
    expect(await ensureFinalized(order, bot)).toEqual(done);
  });

  it("is finalized once when two bots with two keys try at once", async () => {
    const results = await Promise.all(
      [await scene.startBot(), await scene.startBot({ accounts: [3] })].map((bot) => ensureFinalized(order, bot)),
    );
    expect(results[0]).toEqual(results[1]);
    expect(await scene.readEffects(order.proposal)).toMatchObject({ changes: 2, versions: [2, 2] });
  });

  it("is sent by the one of our keys that is the gate of a record, and refused where none is", async () => {
    const [gated] = scene.drafts;
    await govern(scene, gated, { gate: toAddress(scene.anvil.accounts[3]?.address ?? "") });
    const { approval } = (await scene.toOrder({ records: [gated] })).proposal;
    const upgrades = approval.upgrades.map((upgrade) => ({ ...upgrade, version: 3 }));
    const next = await scene.toSigned({ ...approval, upgrades });
    expect(await ensureFinalized(next, await scene.startBot())).toMatchObject({ kind: "refused" });
    const done = await ensureFinalized(next, await scene.startBot({ accounts: [2, 3] }));
    expect(done).toMatchObject({ kind: "done" });
    expect(await scene.readEffects(next.proposal)).toMatchObject({ changes: 1, versions: [3, 1], sent: 1 });
  });

  it("is done when somebody is faster between simulation and sending", async () => {
    const data = toFinalizeData(order.proposal.approval, packSignatures(order.signatures));
    let faster: string | undefined;
    const intercept: Intercept = async ({ method }, forward) => {
      if (method === "eth_sendRawTransaction")
        faster ??= (await sendMined(scene.anvil.accounts[1], { to: scene.registry.address, data })).hash;
      return forward();
    };
    expect(await ensureFinalized(order, await scene.startBot({ intercept }))).toMatchObject({ transaction: faster });
    expect(await scene.readEffects(order.proposal)).toEqual(onlyOnce);
  });
});

describe("a proposal that the registry refuses", () => {
  const cases: [string, () => Promise<FinalizeOrder>, RegExp][] = [
    ["without a quorum", () => scene.toOrder({ signed: 1 }), /^QuorumNotReached\(.*found: 1, expected: 2\)$/],
    ["after its deadline", () => scene.toOrder({ term: -1 }), /^DeadlinePassed\(/],
    ["without upgrades", () => scene.toOrder({ records: [] }), /^NoRecords\(\)$/],
    ["where the version is taken", takeVersion, /^VersionMismatch\(/],
  ];
  for (const [name, toCase, message] of cases) {
    it(`is refused ${name}, and nothing is sent`, async () => {
      const refused = await toCase();
      const bot = await scene.startBot();
      expect(await ensureFinalized(refused, bot)).toEqual({ kind: "refused", message: expect.stringMatching(message) });
      // The relayer was not even asked: it may be waiting for something else.
      expect(bot.proxy.count("eth_estimateGas")).toBe(0);
    });
  }

  async function takeVersion(): Promise<FinalizeOrder> {
    const other = await scene.toOrder({ term: 5_000 });
    await ensureFinalized(other, await scene.startBot({ accounts: [3] }));
    return order;
  }
});

describe("when the RPC lies", () => {
  const lies: [string, (receipt: Record<string, unknown>) => unknown][] = [
    ["with the receipt of another transaction", (receipt) => ({ ...receipt, transactionHash: `0x${"ab".repeat(32)}` })],
    ["with a receipt that shows no change", (receipt) => ({ ...receipt, logs: [] })],
    ["with a receipt that shows half of it", ({ logs, ...receipt }) => ({ ...receipt, logs: (logs as []).slice(1) })],
    [
      "with the change of another registry",
      ({ logs, ...receipt }) => ({
        ...receipt,
        logs: (logs as object[]).map((log) => ({ ...log, address: scene.drafts[0].contractAddress })),
      }),
    ],
  ];
  for (const [name, lie] of lies) {
    it(`is not finalized ${name}`, async () => {
      const intercept: Intercept = async ({ method }, forward) => {
        const answer = await forward();
        const isReceipt = method === "eth_getTransactionReceipt" && answer.result;
        return isReceipt ? { ...answer, result: lie(answer.result as Record<string, unknown>) } : answer;
      };
      const finalizing = ensureFinalized(order, await scene.startBot({ intercept, timeout: 200 }));
      await expect(finalizing).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN", kind: "fault" });
    });
  }
});

describe("the relayer's key alone", () => {
  it("changes no record, whatever it sends", async () => {
    const thief = scene.anvil.accounts[2];
    const { proposal } = order;
    const executor = await scene.registry.readExecutor(
      scene.drafts[0].contractAddress,
      (await scene.registry.readHead()).number,
    );
    const own = await signApproval(thief, proposal);
    const mine = { ...scene.drafts[0], signers: [toAddress(thief.address)], minSignatures: 1 };
    const attempts: [Address, Hex][] = [
      [scene.registry.address, toFinalizeData(proposal.approval, "0x")],
      [scene.registry.address, toFinalizeData(proposal.approval, packSignatures([own]))],
      [scene.registry.address, toFinalizeData(proposal.approval, packSignatures(order.signatures.slice(0, 1)))],
      [scene.registry.address, toRegisterData(mine)],
      [executor, "0x12345678"],
      [scene.registry.address, "0x"],
    ];
    for (const [to, data] of attempts) await sendMined(thief, { to, data, gasLimit: 1_000_000 });
    expect(await scene.readEffects(order.proposal)).toEqual({ changes: 0, versions: [1, 1], sent: attempts.length });
    const { number } = await scene.registry.readHead();
    expect(await scene.registry.readRecord(scene.drafts[0].contractAddress, number)).toMatchObject(scene.drafts[0]);
  });
});
