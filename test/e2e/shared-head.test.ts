import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approve, awaitCheck, awaitComment } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { repo, type Stage } from "../stage/stage.ts";
import { type OpenedPull, openPull, protect } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

let play: Play;
let stage: Stage;

beforeAll(async () => {
  play = await openPlay({ records: { paths: ["rules"] } });
  stage = play.stage;
  await protect(stage);
  await stage.work.git("push", "--quiet", "origin", "main:refs/heads/playground");
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

async function open(branch: string, content: string): Promise<OpenedPull> {
  return openPull(stage, projectAt(play, 0), { branch, files: { "rules/Rules.txt": content } });
}

async function checkTitles(ref: string): Promise<string[]> {
  const { data } = await stage.owner.api.checks.listForRef({ ...repo, ref, filter: "all" });
  return data.check_runs.map(({ output }) => String(output.title));
}

/** How often the App has come to the end of looking at a pull request. */
function reviewsOf(number: number): number {
  return play.bot.log.join("").match(new RegExp(`"pull":${number}\\b.*"reviewed"`, "g"))?.length ?? 0;
}

describe("two pull requests from one head", () => {
  it("do not turn green for the one that proposes nothing", async () => {
    const { number, head, branch } = await open("evil", "Evil\n");
    await awaitCheck(stage, head, "in_progress");
    await stage.dev.api.pulls.create({ ...repo, title: "Play", head: branch, base: "playground" });
    await until("the second to be judged", async () =>
      (await checkTitles(head)).some((title) => title.includes("elsewhere")),
    );
    await awaitCheck(stage, head, "in_progress");
    await expect(stage.dev.api.pulls.merge({ ...repo, pull_number: number })).rejects.toMatchObject({ status: 405 });
  });

  it("leave the check to the open one when the other was closed", async () => {
    const first = await open("again", "Better\n");
    await awaitCheck(stage, first.head, "in_progress");
    await stage.dev.api.pulls.update({ ...repo, pull_number: first.number, state: "closed" });
    const { data } = await stage.dev.api.pulls.create({ ...repo, title: "Again", head: first.branch, base: "main" });
    const comment = await awaitComment(stage, data.number);
    const { signers, threshold } = projectAt(play, 0);
    await approve(stage, data.number, { wallets: signers.slice(0, threshold), comment });
    await awaitCheck(stage, first.head, "success");
    const before = reviewsOf(first.number);
    await stage.dev.api.issues.createComment({ ...repo, issue_number: first.number, body: "/countersign status" });
    await until("the closed one to be looked at again", async () => reviewsOf(first.number) > before);
    await awaitCheck(stage, first.head, "success");
  });
});

describe("a head that merged an older base to put old content back", () => {
  it("is no untouched one, whichever merge base GitHub names", async () => {
    const { git, commit } = stage.work;
    await git("checkout", "--quiet", "-B", "one", "main");
    const moved = await commit({ "rules/Rules.txt": "The base's new rules\n" }, "Change the rules");
    await git("checkout", "--quiet", "-B", "two", "main");
    const docs = await commit({ "docs.md": "Docs\n" }, "Write docs");
    await git("checkout", "--quiet", "-B", "main", moved);
    await git("merge", "--quiet", "--no-ff", "-m", "Merge docs", docs);
    await git("push", "--quiet", "origin", "main");
    await git("checkout", "--quiet", "-B", "cross", docs);
    await git("merge", "--quiet", "-s", "ours", "-m", "Merge the rules, and keep the old ones", moved);
    const head = await commit({ "more.md": "More\n" }, "Write more");
    await git("push", "--quiet", "origin", "cross");
    await git("checkout", "--quiet", "main");
    await stage.dev.api.pulls.create({ ...repo, title: "Docs", head: "cross", base: "main" });
    const run = await awaitCheck(stage, head, "action_required");
    expect(run.output.title).toBe("The base moved on");
  });
});

describe("a stranger's comment full of junk signatures", () => {
  it("does not keep the App from answering", async () => {
    const { number, head } = await open("flooded", "Flooded\n");
    await awaitCheck(stage, head, "in_progress");
    const line = (index: number) =>
      `/countersign sign 0x${(index + 1).toString(16).padStart(64, "0")}${"33".repeat(32)}1b`;
    const body = Array.from({ length: 430 }, (_, index) => line(index)).join("\n");
    const stranger = stage.github.createPerson("stranger");
    await stranger.api.issues.createComment({ ...repo, issue_number: number, body });
    await awaitComment(stage, number, "Not counted");
    const heard = await awaitCheck(stage, head, "in_progress");
    expect(heard.output.title).toContain("0 of");
  });
});
