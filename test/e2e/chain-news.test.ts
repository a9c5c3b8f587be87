import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countFinalizing, finalizePast, readVersion } from "../stage/chain.ts";
import { awaitCheck, awaitComment } from "../stage/people.ts";
import { type Play, projectAt } from "../stage/play.ts";
import { createSigners } from "../stage/project.ts";
import { govern } from "../stage/rules.ts";
import { agree, commandsIn, merge, openProposal, openUnsentPlay, readReady, sendShown } from "../stage/unsent.ts";
import { openPull } from "../stage/upgrade.ts";

const names = ["unsent", "rotated", "ahead"] as const;
let play: Play;

beforeAll(async () => {
  play = await openUnsentPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

const open = (name: (typeof names)[number]) => openProposal(play, projectAt(play, names.indexOf(name)), name);

// With a delay, and with code to deploy: test/deep/chain-news.test.ts.
describe("an App without a relayer", () => {
  it("shows the transaction of what is merged and approved, and follows when somebody has sent it", async () => {
    const pull = await open("unsent");
    await agree(play, pull);
    expect(await awaitComment(play.stage, pull.number, "Approved by enough signers")).not.toContain("cast send");
    await merge(play, pull);
    const shown = await awaitComment(play.stage, pull.number, "Anybody may send what stands below");
    const [command = "", ...more] = commandsIn(shown);
    expect(more).toEqual([]);
    await readVersion(pull.project, 1);
    expect(await readReady(play, pull)).toMatchObject([{ purpose: "finalize", data: command.split(" ").at(-1) }]);
    await play.stage.github.idle();
    await sendShown(play.stage, command);
    const after = await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
    await awaitCheck(play.stage, pull.head, "Finalized");
    expect(commandsIn(after)).toEqual([]);
    await readVersion(pull.project, 2);
    expect(await countFinalizing(play.stage, pull.project)).toBe(1);
  });
});

describe("what others do on the chain", () => {
  it("is shown at once where they changed the signers: what was approved waits again", async () => {
    const pull = await open("rotated");
    await agree(play, pull);
    await play.stage.github.idle();
    await govern(play.stage, pull.project, { signers: createSigners(4).slice(3), threshold: 1 });
    const run = await awaitCheck(play.stage, pull.head, "in_progress");
    expect(run.output.title).toBe("Waiting for signatures: 0 of 1 signed");
    await awaitComment(play.stage, pull.number, /Version \| 2 → 3[\s\S]*#### Not counted/);
  });

  it("is shown at once where they finalized before the merge", async () => {
    const pull = await open("ahead");
    const files = { [`${pull.project.path}/Rules.txt`]: "Something else\n" };
    const rival = await openPull(play.stage, pull.project, { branch: "rival", files });
    await awaitComment(play.stage, rival.number);
    await agree(play, pull);
    await play.stage.github.idle();
    await finalizePast(play.stage, pull.project, pull.comment);
    await awaitComment(play.stage, pull.number, "The chain is ahead of main");
    await awaitComment(play.stage, rival.number, /Version \| 2 → 3/);
  });
});
