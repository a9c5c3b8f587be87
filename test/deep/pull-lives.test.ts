import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing, readVersion } from "../stage/chain.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, say, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { createSigners, signerAt } from "../stage/project.ts";
import { govern } from "../stage/rules.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull, pushTo } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const names = [
  ...["older", "deleted", "retarget", "conflict", "revert", "edited", "said", "past", "author"],
  ...["council", "threshold", "rivals", "expired"],
] as const;

type Name = (typeof names)[number];

let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
  await play.stage.work.git("push", "--quiet", "origin", "main:refs/heads/stable");
});

afterAll(async () => expect(await play?.end()).toEqual([]));

const projectOf = (name: Name) => projectAt(play, names.indexOf(name));

async function open(name: Name, { branch = name, text = "Second rules\n" }: { branch?: string; text?: string } = {}) {
  const project = projectOf(name);
  await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
  const files = { [`${project.path}/Rules.txt`]: text };
  const pull = await openPull(play.stage, project, { branch, files });
  return { project, ...pull, comment: await awaitComment(play.stage, pull.number) };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function approveIt({ project, number }: Pick<Opened, "project" | "number">, comment: string): Promise<void> {
  await approve(play.stage, number, { wallets: project.signers.slice(0, project.threshold), comment });
}

async function openApproved(name: Name, options?: { branch?: string; text?: string }): Promise<Opened> {
  const opened = await open(name, options);
  await approveIt(opened, opened.comment);
  await awaitCheck(play.stage, opened.head, "Approved");
  return opened;
}

async function merge({ number }: Pick<OpenedPull, "number">): Promise<void> {
  await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
}

const update = (number: number, change: { base?: string; state?: "open" | "closed" }) =>
  play.stage.dev.api.pulls.update({ ...repo, pull_number: number, ...change });

const signLine = async ({ project, comment }: Opened, index: number) =>
  `/countersign sign ${await signTyped(signerAt(project, index), comment)}`;

describe("a push by force to an older commit", () => {
  it("brings its approvals back, since the proposal is what it was", async () => {
    const opened = await openApproved("older");
    const newer = await pushTo(play.stage, opened.branch, { "rules/older/More.txt": "More\n" });
    await awaitCheck(play.stage, newer, "Waiting for signatures: 0 of 2 signed");
    await play.stage.work.git("push", "--quiet", "--force", "origin", `${opened.head}:refs/heads/${opened.branch}`);
    await awaitComment(play.stage, opened.number, "#### 2 of 2 signed");
    await awaitCheck(play.stage, opened.head, "Approved");
    await merge(opened);
    await awaitVersion(opened.project, 2);
  });
});

describe("a head branch that is deleted", () => {
  it("closes the pull request, which is approved as before once branch and pull request are back", async () => {
    const opened = await openApproved("deleted");
    const ref = `heads/${opened.branch}`;
    await play.stage.dev.api.git.deleteRef({ ...repo, ref });
    await awaitCheck(play.stage, opened.head, "failure");
    await awaitComment(play.stage, opened.number, "Signatures given here stay valid on chain");
    await play.stage.dev.api.git.createRef({ ...repo, ref: `refs/${ref}`, sha: opened.head });
    await update(opened.number, { state: "open" });
    await awaitCheck(play.stage, opened.head, "Approved");
    await readVersion(opened.project, 1);
  });
});

describe("a pull request that gets another base", () => {
  it("is no proposal there, and not green; back on its base it is approved as before", async () => {
    const opened = await openApproved("retarget");
    await update(opened.number, { base: "stable" });
    const run = await awaitCheck(play.stage, opened.head, "in_progress");
    expect(run.output.title).toBe("Not a proposal, but elsewhere");
    await awaitComment(play.stage, opened.number, "There is nothing to sign here.");
    await update(opened.number, { base: "main" });
    await awaitCheck(play.stage, opened.head, "Approved");
    await awaitComment(play.stage, opened.number, "#### 2 of 2 signed");
  });
});

describe("a conflict with the base", () => {
  it("beside the directory leaves the approvals; in it the branch has to be updated", async () => {
    const opened = await openApproved("conflict");
    const { work, owner } = play.stage;
    const head = await pushTo(play.stage, opened.branch, { "docs/conflict.md": "Ours\n" });
    await awaitCheck(play.stage, head, "Approved");
    await work.commit({ "docs/conflict.md": "Theirs\n" }, "Clash beside it");
    await work.git("push", "--quiet", "origin", "main");
    await say(play.stage.dev, opened.number, "/countersign status");
    await play.stage.github.idle();
    await expect(owner.api.pulls.merge({ ...repo, pull_number: opened.number })).rejects.toMatchObject({ status: 405 });
    await awaitCheck(play.stage, head, "Approved");
    await work.commit({ "rules/conflict/Rules.txt": "Theirs\n" }, "Clash in it");
    await work.git("push", "--quiet", "origin", "main");
    const run = await awaitCheck(play.stage, head, "action_required");
    expect(run.output.summary).toContain("The base branch changed `rules/conflict` meanwhile.");
    await expect(owner.api.pulls.merge({ ...repo, pull_number: opened.number })).rejects.toMatchObject({ status: 405 });
    await readVersion(opened.project, 1);
  });
});

describe("a pull request that reverts another", () => {
  it("is a new proposal for the old content, with the next version and signatures of its own", async () => {
    const opened = await openApproved("revert");
    await merge(opened);
    await awaitVersion(opened.project, 2);
    const { work, dev } = play.stage;
    await work.git("pull", "--quiet", "--rebase", "origin", "main");
    await work.git("checkout", "--quiet", "-B", "undo", "main");
    await work.git("revert", "--no-edit", "-m", "1", "HEAD");
    await work.git("push", "--quiet", "origin", "undo");
    const head = await work.git("rev-parse", "HEAD");
    await work.git("checkout", "--quiet", "main");
    const { data } = await dev.api.pulls.create({ ...repo, title: "Revert", head: "undo", base: "main" });
    const comment = await awaitComment(play.stage, data.number);
    expect(comment).toContain(opened.project.before);
    await awaitCheck(play.stage, head, "Waiting for signatures: 0 of 2 signed");
    await approveIt({ project: opened.project, number: data.number }, comment);
    await awaitCheck(play.stage, head, "Approved");
    await merge({ number: data.number });
    const record = await awaitVersion(opened.project, 3);
    expect(record.contractHash).toBe(opened.project.before);
    await awaitComment(play.stage, opened.number, "Finalized on chain in transaction");
    expect(await countFinalizing(play.stage, opened.project)).toBe(2);
  });
});

describe("a review", () => {
  it("that is edited says what it says now", async () => {
    const opened = await open("edited");
    const person = reviewer(play.stage, 0);
    const id = await review(person, opened.number, await signLine(opened, 0));
    await awaitComment(play.stage, opened.number, "#### 1 of 2 signed");
    const edit = (body: string) =>
      person.api.pulls.updateReview({ ...repo, pull_number: opened.number, review_id: id, body });
    await edit("Never mind.");
    await awaitComment(play.stage, opened.number, "#### 0 of 2 signed");
    await edit(`${await signLine(opened, 0)}\n${await signLine(opened, 1)}`);
    await awaitComment(play.stage, opened.number, "#### 2 of 2 signed");
    await awaitCheck(play.stage, opened.head, "Approved");
  });

  it.each(["COMMENT", "REQUEST_CHANGES"] as const)("of any kind carries a signature: %s", async (event) => {
    const opened = await open("said", { branch: `said-${event}`, text: `${event}\n` });
    for (const index of [0, 1]) {
      const body = await signLine(opened, index);
      await reviewer(play.stage, index).api.pulls.createReview({ ...repo, pull_number: opened.number, event, body });
    }
    await awaitCheck(play.stage, opened.head, "Approved");
  });

  it("on an older commit counts where the proposal is still the same, and only there", async () => {
    const opened = await open("past");
    const post = async (index: number) => {
      const body = await signLine(opened, index);
      const at = { pull_number: opened.number, commit_id: opened.head, event: "APPROVE" as const };
      await reviewer(play.stage, index).api.pulls.createReview({ ...repo, ...at, body });
    };
    const beside = await pushTo(play.stage, opened.branch, { "docs/past.md": "Beside\n" });
    await post(0);
    await awaitComment(play.stage, opened.number, "#### 1 of 2 signed");
    await awaitCheck(play.stage, beside, "Waiting for signatures: 1 of 2 signed");
    const inside = await pushTo(play.stage, opened.branch, { "rules/past/More.txt": "Inside\n" });
    await post(1);
    await awaitComment(play.stage, opened.number, "the proposal changed since");
    await awaitCheck(play.stage, inside, "Waiting for signatures: 0 of 2 signed");
  });

  it("is not open to the author, whose comment counts the same", async () => {
    const opened = await open("author");
    const { dev } = play.stage;
    const line = await signLine(opened, 0);
    await expect(review(dev, opened.number, line)).rejects.toMatchObject({ status: 422 });
    await say(dev, opened.number, line);
    const comment = await awaitComment(play.stage, opened.number, "#### 1 of 2 signed");
    expect(comment).toContain("of `dev`");
  });
});

describe("a record that changes on chain while a pull request is open", () => {
  it.each<[Name, string, number, number, string]>([
    ["council", "its signers", 3, 2, "Waiting for signatures: 0 of 2 signed"],
    ["threshold", "its threshold, also to what has signed already", 0, 1, "Waiting for signatures: 0 of 1 signed"],
  ])("voids what was signed before: %s, %s", async (name, _, from, threshold, title) => {
    const opened = await openApproved(name);
    const signers = createSigners(6).slice(from, from + 3);
    await govern(play.stage, opened.project, { signers, threshold });
    await say(play.stage.dev, opened.number, "/countersign status");
    await awaitCheck(play.stage, opened.head, title);
    const comment = await awaitComment(play.stage, opened.number, `#### 0 of ${threshold} signed`);
    expect(comment).toContain("Not counted");
    await approve(play.stage, opened.number, { wallets: signers.slice(0, threshold), comment });
    await awaitCheck(play.stage, opened.head, "Approved");
    await merge(opened);
    await awaitVersion(opened.project, 3);
    expect(await countFinalizing(play.stage, opened.project)).toBe(1);
  });
});

describe("two pull requests on one contract", () => {
  it("are approved side by side; when one has landed, the other takes the next version and is signed anew", async () => {
    const first = await openApproved("rivals");
    const second = await openApproved("rivals", { branch: "rival", text: "Other rules\n" });
    await merge(first);
    await awaitVersion(first.project, 2);
    await awaitCheck(play.stage, second.head, "action_required");
    const { work } = play.stage;
    await work.git("pull", "--quiet", "--rebase", "origin", "main");
    await work.git("checkout", "--quiet", second.branch);
    await work.git("merge", "--quiet", "--no-edit", "-X", "ours", "main");
    await work.git("push", "--quiet", "origin", second.branch);
    const head = await work.git("rev-parse", "HEAD");
    await work.git("checkout", "--quiet", "main");
    await awaitCheck(play.stage, head, "Waiting for signatures: 0 of 2 signed");
    const comment = await awaitComment(play.stage, second.number, "| Version | 2 → 3 |");
    expect(comment).toContain("Not counted");
    await approveIt(second, comment);
    await awaitCheck(play.stage, head, "Approved");
    await merge(second);
    await awaitVersion(first.project, 3);
  });
});

// The last one: the chain's time passes for all.
describe("a deadline that passes", () => {
  it("ends the proposal, and signatures that are there send nothing any more", async () => {
    const opened = await openApproved("expired");
    const { anvil, dev } = play.stage;
    await anvil.provider.send("evm_increaseTime", [15 * 86_400]);
    await anvil.provider.send("evm_mine", []);
    await say(dev, opened.number, "/countersign status");
    const run = await awaitCheck(play.stage, opened.head, "failure");
    expect(run.output.title).toBe("Expired");
    await merge(opened);
    await until("the merge to be looked at", async () => play.bot.log.join("").includes('"state":"expired"'));
    await play.stage.github.idle();
    await awaitComment(play.stage, opened.number, "Expired");
    await readVersion(opened.project, 1);
    expect(await countFinalizing(play.stage, opened.project)).toBe(0);
  });
});
