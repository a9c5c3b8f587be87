import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVersion } from "../stage/chain.ts";
import { awaitCheck, awaitComment, say } from "../stage/people.ts";
import { type Play, projectAt } from "../stage/play.ts";
import { govern, pass } from "../stage/rules.ts";
import { agree, commandsIn, merge, openProposal, openUnsentPlay, readReady, sendShown } from "../stage/unsent.ts";
import { openPull } from "../stage/upgrade.ts";

let play: Play;

beforeAll(async () => {
  play = await openUnsentPlay({
    project: { signers: 3, threshold: 2 },
    records: { paths: ["rules/delayed", "rules/late"] },
  });
});

afterAll(async () => expect(await play?.end()).toEqual([]));

async function sendAll(comment: string): Promise<void> {
  for (const command of commandsIn(comment)) await sendShown(play.stage, command);
}

describe("an App without a relayer", () => {
  it("shows what schedules, and once that is ripe what executes", async () => {
    const project = projectAt(play, 1);
    await govern(play.stage, project, { delay: 3_600 });
    const pull = await openProposal(play, project, "delayed");
    await agree(play, pull);
    await merge(play, pull);
    await sendAll(await awaitComment(play.stage, pull.number, "for anybody to send: schedules"));
    expect(commandsIn(await awaitComment(play.stage, pull.number, "Scheduled on chain"))).toEqual([]);
    await pass(play.stage, 3_600);
    await say(play.stage.dev, pull.number, "/countersign execute");
    const executes = await awaitComment(play.stage, pull.number, "for anybody to send: executes");
    expect(await readReady(play, pull)).toMatchObject([{ purpose: "execute" }]);
    await sendAll(executes);
    await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    await readVersion(project, 3);
  });

  it("shows first what deploys an implementation that does not stand yet", async () => {
    const project = projectAt(play, 0);
    await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
    const opened = await openPull(play.stage, project, { branch: "upgrade" });
    const pull = { ...opened, project, comment: await awaitComment(play.stage, opened.number) };
    await agree(play, pull);
    await merge(play, pull);
    const shown = await awaitComment(play.stage, pull.number, "Anybody may send what stands below");
    expect(shown).toContain("Transaction 1 of 2, for anybody to send: deploys the implementation");
    expect(commandsIn(shown)).toHaveLength(2);
    await sendAll(shown);
    await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    await readVersion(project, 2);
  });
});

// The last one: the chain's time passes for all.
describe("a deadline that passes, of which nobody tells", () => {
  it("is shown", async () => {
    const pull = await openProposal(play, projectAt(play, 2), "late");
    await awaitCheck(play.stage, pull.head, "in_progress");
    await play.stage.github.idle();
    await pass(play.stage, 15 * 86_400);
    await awaitComment(play.stage, pull.number, "The deadline passed on");
    await awaitCheck(play.stage, pull.head, "failure");
  });
});
