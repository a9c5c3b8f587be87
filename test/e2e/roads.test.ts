import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toAddress } from "../../src/protocol/hex.ts";
import { readVersion } from "../stage/chain.ts";
import { approve, awaitCheck, awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import type { Project } from "../stage/project.ts";
import { callRegistry, countCalls, digestOf, govern, pass, readSchedule } from "../stage/rules.ts";
import { repo } from "../stage/stage.ts";
import { openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const day = 86_400;
let play: Play;

beforeAll(async () => {
  // A block each second: the chain's time goes on though nobody sends anything, as on any public chain.
  play = await openPlay({
    records: { paths: ["rules/a", "rules/b", "rules/c"] },
    anvil: { blockTime: 1 },
    bot: false,
  });
  const { stage } = play;
  const guardian = toAddress(stage.anvil.accounts[5]?.address ?? "");
  await govern(stage, projectAt(play, 0), { delay: 2 * day, guardian });
  await govern(stage, projectAt(play, 1), { gate: toAddress(stage.anvil.accounts[6]?.address ?? "") });
  await govern(stage, projectAt(play, 2), { delay: day, guardian });
  await play.start();
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

/** A pull request with a new version, approved by enough signers and merged. */
async function mergeApproved(project: Project, branch: string) {
  const { stage } = play;
  await stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
  const files = { [`${project.path}/Rules.txt`]: `More of ${branch}\n` };
  const pull = await openPull(stage, project, { branch, files });
  const comment = await awaitComment(stage, pull.number);
  await approve(stage, pull.number, { wallets: project.signers.slice(0, project.threshold), comment });
  await awaitCheck(stage, pull.head, "success");
  const approved = await awaitComment(stage, pull.number, "Approved by enough signers");
  await stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
  return { ...pull, approved, digest: digestOf(project, comment) };
}

const relayer = () => toAddress(play.stage.anvil.accounts[2].address);

describe("a record with a delay", () => {
  it("is scheduled at the merge, shown with the time left, and executed by itself once it is ripe", async () => {
    const { stage } = play;
    const project = projectAt(play, 0);
    const { number, head, approved, digest } = await mergeApproved(project, "delayed");
    expect(approved).toContain("Merging schedules the upgrade; it is carried out 48 hours later.");
    await awaitComment(stage, number, /Scheduled on chain\. It can be executed from .* UTC \(in about 48 hours\)/);
    expect((await awaitCheck(stage, head, "Scheduled")).conclusion).toBe("success");
    expect(await readSchedule(project, digest)).toMatchObject({ status: "waiting" });
    await readVersion(project, 2);

    // Somebody asks half a minute before it is due; nobody does afterwards.
    await pass(stage, 2 * day - 60);
    await say(stage.dev, number, "/countersign execute");
    await awaitComment(stage, number, /\(in about \d+ seconds\)/);
    await pass(stage, 30);
    await until("it to be executed", () => readVersion(project, 3), { timeout: 75_000 });
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
    const { number, head } = await mergeApproved(project, "gated");
    const comment = await awaitComment(stage, number, "The transaction that finalizes this");
    const data = /```\n(0x[0-9a-f]+)\n```/.exec(comment)?.[1];
    const gate = stage.anvil.accounts[6];
    if (!gate || !data) throw new Error("no transaction");
    expect(comment).toContain(`| From | \`${gate.address}\` |`);
    expect(await countCalls(stage, project, { name: "finalize", from: relayer() })).toBe(0);
    await gate.sendTransaction({ to: project.registry.address, data });
    await until("the record to change", () => readVersion(project, 3));
    await say(stage.dev, number, "/countersign status");
    await awaitCheck(stage, head, "Finalized");
  });
});

describe("what is scheduled", () => {
  it("is ended by the guardian, who is shown how", async () => {
    const { stage } = play;
    const project = projectAt(play, 2);
    const { number, head, digest } = await mergeApproved(project, "cancelled");
    await awaitCheck(stage, head, "Scheduled");
    const id = await say(stage.dev, number, "/countersign cancel");
    const answer = await until("the answer", async () => {
      const { data } = await stage.owner.api.issues.listComments({ ...repo, issue_number: number, per_page: 100 });
      return data.find(({ body }) => body?.startsWith(`<!-- countersign-reply comment ${id} -->`))?.body;
    });
    const data = /```\n(0x[0-9a-f]+)\n```/.exec(answer)?.[1];
    const guardian = stage.anvil.accounts[5];
    if (!guardian || !data) throw new Error("no transaction");
    await guardian.sendTransaction({ to: project.registry.address, data });
    await until("the end", async () => (await readSchedule(project, digest)).status === "cancelled");
    await callRegistry(project, guardian, { name: "pause", args: [project.contract, 0] });
    await say(stage.dev, number, "/countersign status");
    await awaitComment(stage, number, "A guardian cancelled it on chain");
    expect((await awaitCheck(stage, head, "Rejected")).conclusion).toBe("failure");
  });
});
