import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLive } from "../helpers/inert.ts";
import { countFinalizing } from "../stage/chain.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, say, signRejection, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { signerAt } from "../stage/project.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull, pushTo } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

let play: Play;
let pull: OpenedPull;

beforeAll(async () => {
  play = await openPlay({ records: { paths: ["rules/a", "rules/b"], signers: 9, threshold: 6 } });
  const { work, dev } = play.stage;
  // Everything that a contributor may choose, chosen badly.
  const branch = "fix/@acme<img>|#1`x`";
  await work.git("checkout", "--quiet", "-b", branch);
  const head = await work.commit({ "rules/a/Rules.txt": "Second\n" }, "Closes #1 @acme <script>alert(1)</script>");
  await work.git("push", "--quiet", "origin", `${branch}:${branch}`);
  await work.git("checkout", "--quiet", "main");
  const title = "</details> @acme/owners closes #1 `|` ![x](https://evil.example/x.png) \u202e";
  const { data } = await dev.api.pulls.create({ ...repo, title, body: title, head: branch, base: "main" });
  pull = { number: data.number, url: data.html_url, head, branch };
  await awaitComment(play.stage, pull.number);
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

async function readReplies(name: string): Promise<string[]> {
  const { data } = await play.stage.owner.api.issues.listComments({
    ...repo,
    issue_number: pull.number,
    per_page: 100,
  });
  return data.flatMap(({ body = "" }) => (body.startsWith(`<!-- countersign-reply ${name} -->`) ? [body] : []));
}

async function awaitReply(name: string): Promise<string> {
  return until(`an answer to ${name}`, async () => (await readReplies(name))[0]);
}

async function expectInert(): Promise<void> {
  const { data } = await play.stage.owner.api.issues.listComments({
    ...repo,
    issue_number: pull.number,
    per_page: 100,
  });
  const ours = data.flatMap(({ body = "", user }) => (user?.type === "Bot" ? [body] : []));
  expect(ours.length).toBeGreaterThan(0);
  expect(ours.flatMap((body) => findLive(body, { host: play.stage.github.host }))).toEqual([]);
}

describe("a command in a comment", () => {
  it.each<[string, string]>([
    ["/countersign help", "| `/countersign reject 0xSIGNATURE` |"],
    ["Well:\n\n/countersign status\n", "**Waiting for signatures: 0 of 6 signed**"],
    ["/countersign finalize", "Finalizing happens at the merge, once enough have signed; where"],
    ["/countersign sing 0x00", "expected one of sign, reject, help, status, propose, withdraw"],
    ["/countersign schedule", "Scheduling happens at the merge"],
    ["/countersign execute", "What is scheduled is executed once it is merged"],
    ["/countersign cancel", "Nothing of this is scheduled, so there is nothing to cancel."],
    [
      "/countersign sign 0x@acme",
      "`/countersign sign 0x@acme` is no command: expected `/countersign sign 0xSIGNATURE`",
    ],
    ["/countersign `</details>` @acme #1 \u202e|", "is no command"],
  ])("%j is answered", async (line, words) => {
    const id = await say(play.stage.dev, pull.number, line);
    expect(await awaitReply(`comment ${id}`)).toContain(words);
  });

  it("by somebody who may not give it has no effect, and he is told so", async () => {
    for (const command of ["propose", "withdraw"]) {
      const id = await say(reviewer(play.stage, 0), pull.number, `/countersign ${command}`);
      const words = `\`/countersign ${command}\` is for those who may write to this repository`;
      expect(await awaitReply(`comment ${id}`)).toContain(words);
    }
    expect((await awaitCheck(play.stage, pull.head, "in_progress")).output.title).toContain("Waiting for signatures");
  });

  it("is shown at once that it was heard, also where nothing is answered", async () => {
    const { api } = play.stage.owner;
    const readEyes = async (comment_id: number) => {
      const { data } = await api.reactions.listForIssueComment({ ...repo, comment_id, content: "eyes" });
      return data.map(({ user }) => user?.login);
    };
    const signed = await say(play.stage.dev, pull.number, `/countersign sign 0x${"11".repeat(65)}`);
    const idle = await say(play.stage.dev, pull.number, "Thanks!\n\n```\n/countersign withdraw\n```");
    await until("the eyes", async () => (await readEyes(signed)).length > 0);
    expect(await readEyes(signed)).toEqual(["countersign[bot]"]);
    expect(await readEyes(idle)).toEqual([]);
    expect(await readReplies(`comment ${signed}`)).toEqual([]);
  });

  it("is answered in a review too", async () => {
    const id = await review(reviewer(play.stage, 0), pull.number, "/countersign sign 0xnothex");
    expect(await awaitReply(`review ${id}`)).toContain("expected `/countersign sign 0xSIGNATURE`");
  });

  it("is answered once, though the App looks again and again, and is started anew", async () => {
    const id = await say(play.stage.dev, pull.number, "/countersign help");
    await awaitReply(`comment ${id}`);
    await play.bot.stop("SIGKILL");
    await play.start();
    await pushTo(play.stage, pull.branch, { "docs/more.md": "More\n" });
    const later = await say(play.stage.dev, pull.number, "/countersign status");
    await awaitReply(`comment ${later}`);
    expect(await readReplies(`comment ${id}`)).toHaveLength(1);
  });

  it("is no command where it is quoted, and none of the App's own words is one", async () => {
    const before = (
      await play.stage.owner.api.issues.listComments({ ...repo, issue_number: pull.number, per_page: 100 })
    ).data.length;
    await say(play.stage.dev, pull.number, "> /countersign help\n\n    /countersign help\n\nSay /countersign help");
    const id = await say(play.stage.dev, pull.number, "/countersign status");
    await awaitReply(`comment ${id}`);
    const { data } = await play.stage.owner.api.issues.listComments({
      ...repo,
      issue_number: pull.number,
      per_page: 100,
    });
    expect(data).toHaveLength(before + 3);
  });

  it("brings nothing to life that somebody else wrote", expectInert);
});

describe("rejections", () => {
  it("outweigh the approval of the same signer, and end the proposal when the quorum cannot be reached", async () => {
    const project = projectAt(play, 1);
    const files = { "rules/b/Rules.txt": "Second\n" };
    const { number, head } = await openPull(play.stage, project, { branch: "to-reject", files });
    const comment = await awaitComment(play.stage, number);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 6), comment });
    await awaitCheck(play.stage, head, "success");
    const lines = async (index: number) =>
      `/countersign reject ${await signRejection(signerAt(project, index), comment)}`;
    await say(reviewer(play.stage, 0), number, await lines(0));
    await awaitCheck(play.stage, head, "in_progress");
    await awaitComment(play.stage, number, "#### 5 of 6 signed");
    // He cannot take it back by approving again: the rejection is public.
    await say(reviewer(play.stage, 0), number, `/countersign sign ${await signTyped(signerAt(project, 0), comment)}`);
    for (const index of [6, 7]) await review(reviewer(play.stage, index), number, await lines(index));
    await awaitComment(play.stage, number, new RegExp(`${signerAt(project, 7).address}\` \\| ❌`));
    expect((await awaitCheck(play.stage, head, "in_progress")).output.title).toBe(
      "Waiting for signatures: 5 of 6 signed",
    );
    await review(reviewer(play.stage, 8), number, await lines(8));
    const run = await awaitCheck(play.stage, head, "failure");
    expect(run.output.title).toBe("Rejected");
    expect(await awaitComment(play.stage, number, "rejected this proposal")).toContain("4 signers of");
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
    await play.stage.github.idle();
    await until("the App to have looked", async () => play.bot.log.join("").includes('"state":"rejected"'));
    expect(await countFinalizing(play.stage, project)).toBe(0);
  });
});
