import { afterAll, beforeAll, expect, it } from "vitest";
import { approve, awaitCheck, awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { awaitReply } from "../stage/roads.ts";
import { repo } from "../stage/stage.ts";
import { openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: ["rules/a", "rules/b"] }, policy: "branches: [main, release]\n" });
  const { git, commit } = play.stage.work;
  await git("push", "--quiet", "origin", "main:refs/heads/release");
  await commit({ "rules/b/Rules.txt": "Only on main\n" }, "Push past everybody");
  await git("push", "--quiet", "origin", "main");
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

/** Once the App has answered, it has looked at the pull request as it is now. */
async function lookAgain(number: number): Promise<string> {
  return awaitReply(play, number, await say(play.stage.dev, number, "/countersign status"));
}

/** An answer comes before the check. */
async function awaitTitle(ref: string, state: string, title: RegExp): Promise<void> {
  await until(`a check ${title}`, async () => {
    const { data } = await play.stage.owner.api.checks.listForRef({ ...repo, ref, filter: "latest" });
    const run = data.check_runs[0];
    return (run?.conclusion ?? run?.status) === state && title.test(String(run?.output.title));
  });
}

it("two proposals of one head, against two listed branches, are green only where both are", async () => {
  const { stage } = play;
  const { signers, threshold } = projectAt(play, 0);
  const wallets = signers.slice(0, threshold);
  const files = { "rules/a/Rules.txt": "For both\n" };
  const { number, head } = await openPull(stage, projectAt(play, 0), { branch: "both", files });
  await approve(stage, number, { wallets, comment: await awaitComment(stage, number) });
  await awaitCheck(stage, head, "Approved");
  const { data: other } = await stage.dev.api.pulls.create({ ...repo, title: "Two", head: "both", base: "release" });
  await awaitComment(stage, other.number, "0 of 2 signed");
  const waiting = new RegExp(`^#${other.number}: Waiting for signatures`);
  expect(await lookAgain(number)).toContain("**Approved**");
  await awaitTitle(head, "in_progress", waiting);

  await stage.owner.api.pulls.merge({ ...repo, pull_number: number });
  await awaitComment(stage, number, "Finalized on chain in transaction");
  await lookAgain(other.number);
  expect(await lookAgain(number)).toContain("**Finalized**");
  await awaitTitle(head, "in_progress", waiting);

  await approve(stage, other.number, { wallets, comment: await awaitComment(stage, other.number) });
  await awaitCheck(stage, head, "success");
  await lookAgain(number);
  await awaitTitle(head, "success", /^Finalized$/);
});
