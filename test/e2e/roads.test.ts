import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toAddress } from "../../src/protocol/hex.ts";
import { countCalls, readVersion } from "../stage/chain.ts";
import { awaitCheck, awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { dataUnder, mergeApproved } from "../stage/roads.ts";
import { govern, pass, readSchedule } from "../stage/rules.ts";
import { until } from "../stage/wait.ts";

const day = 86_400;
let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: ["rules/a", "rules/b"] }, bot: false });
  const { stage } = play;
  await govern(stage, projectAt(play, 0), { delay: 2 * day });
  await govern(stage, projectAt(play, 1), { gate: toAddress(stage.anvil.accounts[6]?.address ?? "") });
  await play.start();
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

const relayer = () => toAddress(play.stage.anvil.accounts[2].address);

describe("a record with a delay", () => {
  it("is scheduled at the merge, shown with the time left, and executed by itself once it is ripe", async () => {
    const { stage } = play;
    const project = projectAt(play, 0);
    const { number, head, approved, digest } = await mergeApproved(play, project, "delayed");
    expect(approved).toContain("Merging schedules the upgrade; it is carried out 48 hours later.");
    await awaitComment(stage, number, /Scheduled on chain\. It can be executed from .* UTC \(in about 48 hours\)/);
    expect((await awaitCheck(stage, head, "Scheduled")).conclusion).toBe("success");
    expect(await readSchedule(project, digest)).toMatchObject({ status: "waiting" });
    await readVersion(project, 2);

    // Somebody asks shortly before it is due; nobody does afterwards, and the chain goes on as any public one.
    await pass(stage, -(await readSchedule(project, digest)).slack - 6);
    await say(stage.dev, number, "/countersign execute");
    await awaitComment(stage, number, /\(in about \d seconds\)/);
    await stage.anvil.provider.send("evm_setIntervalMining", [1]);
    await until("it to be executed", () => readVersion(project, 3));
    await awaitComment(stage, number, "Finalized on chain in transaction");
    expect((await awaitCheck(stage, head, "Finalized")).conclusion).toBe("success");
    expect(await readSchedule(project, digest)).toMatchObject({ status: "executed" });
    for (const name of ["schedule", "execute"]) {
      expect(await countCalls(stage, project, { name, from: relayer() })).toBe(1);
    }
  });
});

describe("a record with a gate", () => {
  it("is left to the gate, who gets the transaction that he has to send", async () => {
    const { stage } = play;
    const project = projectAt(play, 1);
    const { number, head } = await mergeApproved(play, project, "gated");
    const comment = await awaitComment(stage, number, "alone to send: finalizes");
    const data = dataUnder(comment, "alone to send: finalizes");
    const gate = stage.anvil.accounts[6];
    if (!gate) throw new Error("no gate");
    expect(comment).toContain(`| From | \`${gate.address}\` |`);
    expect(await countCalls(stage, project, { name: "finalize", from: relayer() })).toBe(0);
    await gate.sendTransaction({ to: project.registry.address, data });
    await until("the record to change", () => readVersion(project, 3));
    await say(stage.dev, number, "/countersign status");
    await awaitCheck(stage, head, "Finalized");
  });
});
