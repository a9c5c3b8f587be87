import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ensureAnnounced } from "../../src/act/ensure-announced.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { toProposeData } from "../../src/protocol/registry-calls.ts";
import { packSignatures } from "../../src/protocol/signature.ts";
import type { AnnounceOrder } from "../../src/verdict.ts";
import { readProposed } from "../helpers/proposed.ts";
import { sendMined } from "../helpers/registry.ts";
import { dropOnce } from "../helpers/rpc-proxy.ts";
import { type Scene, startScene } from "../helpers/scene.ts";

let scene: Scene;
let open: AnnounceOrder;
let quorum: AnnounceOrder;
let restore: () => Promise<void>;

beforeAll(async () => {
  scene = await startScene();
  ({ open, quorum } = await scene.toAnnouncements());
});
beforeEach(async () => {
  restore = await scene.snapshot();
});
afterEach(() => restore());
afterAll(() => scene.stop());

const announced = () => readProposed(scene.anvil, scene.registry.address);

/** What a stranger emits. */
async function announceByStranger(order: AnnounceOrder, signatures: Hex): Promise<string> {
  const data = toProposeData(order.proposal.approval, signatures);
  return (await sendMined(scene.anvil.accounts[1], { to: scene.registry.address, data })).hash;
}

describe("a proposal that is to be announced", () => {
  it("is announced once of each kind, with its signatures, and found done afterwards", async () => {
    const bot = await scene.startBot();
    const first = await ensureAnnounced(open, bot);
    expect(await ensureAnnounced(open, bot)).toBe(first);
    const second = await ensureAnnounced(quorum, bot);
    expect(await ensureAnnounced(quorum, bot)).toBe(second);
    const { digest } = open.proposal;
    expect(await announced()).toEqual([
      { digest, signatures: "0x", sender: bot.relayer.address },
      { digest, signatures: packSignatures(quorum.signatures), sender: bot.relayer.address },
    ]);
  });

  it("is found on the chain by a bot that remembers nothing, also when other signatures are at hand now", async () => {
    const first = await ensureAnnounced(open, await scene.startBot());
    expect(await ensureAnnounced(open, await scene.startBot())).toBe(first);
    const second = await ensureAnnounced(quorum, await scene.startBot());
    const others = { ...quorum, signatures: (await scene.toOrder({ signed: 3 })).signatures.slice(1) };
    expect(packSignatures(others.signatures)).not.toBe(packSignatures(quorum.signatures));
    expect(await ensureAnnounced(others, await scene.startBot())).toBe(second);
    expect(await announced()).toHaveLength(2);
  });

  it("is announced once though the answer to sending it was lost, with the store or without", async () => {
    const lost = await scene.startBot({ intercept: dropOnce("eth_sendRawTransaction", "after") });
    const first = await ensureAnnounced(quorum, lost);
    expect(await ensureAnnounced(quorum, await scene.startBot())).toBe(first);
    expect(await announced()).toHaveLength(1);
  });

  it("waits for what is pending of a store that was lost: it may be the same", async () => {
    const { provider } = scene.anvil;
    await provider.send("evm_setAutomine", [false]);
    const doomed = await scene.startBot({ timeout: 300 });
    await expect(ensureAnnounced(open, doomed)).rejects.toMatchObject({ code: "TRANSACTION_UNKNOWN" });
    const second = ensureAnnounced(open, await scene.startBot());
    await new Promise((resolve) => setTimeout(resolve, 300));
    await provider.send("evm_setAutomine", [true]);
    await scene.anvil.mine();
    await second;
    expect(await announced()).toHaveLength(1);
  });
});

describe("a proposal that a stranger announced", () => {
  it("needs no second announcement without signatures: the registry takes the digest itself", async () => {
    const theirs = await announceByStranger(open, "0x");
    expect(await ensureAnnounced(open, await scene.startBot())).toBe(theirs);
    expect(await announced()).toHaveLength(1);
  });

  it("is announced with its quorum, whatever the stranger sent instead", async () => {
    for (const junk of ["0x", "0x1234", packSignatures(quorum.signatures.slice(1))] as const)
      await announceByStranger(quorum, junk);
    await ensureAnnounced(quorum, await scene.startBot());
    expect((await announced()).at(-1)?.signatures).toBe(packSignatures(quorum.signatures));
    expect(await announced()).toHaveLength(4);
  });

  it("needs no second announcement with the same signatures", async () => {
    const theirs = await announceByStranger(quorum, packSignatures(quorum.signatures));
    expect(await ensureAnnounced(quorum, await scene.startBot())).toBe(theirs);
  });

  it("is not taken for one that has another digest", async () => {
    const other = await scene.toOrder({ term: 5_000 });
    await announceByStranger({ ...open, proposal: other.proposal }, "0x");
    await ensureAnnounced(open, await scene.startBot());
    expect(await announced()).toHaveLength(2);
  });
});
