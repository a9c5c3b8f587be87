import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing } from "../stage/chain.ts";
import { assertOneEnd } from "../stage/crash.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, say, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { signerAt } from "../stage/project.ts";
import { fullName, repo } from "../stage/stage.ts";
import { openPull } from "../stage/upgrade.ts";
import { secondaryRateLimit } from "../stand-in/faults.ts";
import { cloneOf } from "../stand-in/scene.ts";

const names = ["draft", "closed", "edited", "dismissed", "fork", "failing"] as const;
let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

function projectOf(name: (typeof names)[number]) {
  return projectAt(play, names.indexOf(name));
}

async function open(name: (typeof names)[number]) {
  const project = projectOf(name);
  const files = { [`${project.path}/Rules.txt`]: "Second rules\n" };
  const pull = await openPull(play.stage, project, { branch: `change-${name}`, files });
  return { project, ...pull, comment: await awaitComment(play.stage, pull.number) };
}

describe("a draft", () => {
  it("is a proposal like any other, before and after it is ready", async () => {
    const { project, number, head, comment } = await open("draft");
    await play.stage.dev.convertToDraft(fullName, number);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await play.stage.dev.markReady(fullName, number);
    await play.stage.github.idle();
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
  });
});

describe("a pull request that is closed", () => {
  it("sends nothing, says what signatures still can do, and stands as before when it is opened again", async () => {
    const { project, number, head, comment } = await open("closed");
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await play.stage.dev.api.pulls.update({ ...repo, pull_number: number, state: "closed" });
    await awaitComment(play.stage, number, "Signatures given here stay valid on chain");
    await awaitCheck(play.stage, head, "failure");
    await play.stage.dev.api.pulls.update({ ...repo, pull_number: number, state: "open" });
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
    expect(await countFinalizing(play.stage, project)).toBe(0);
  });
});

describe("a signature in a comment", () => {
  it("is absent once it is edited away or deleted, and back when it is posted again", async () => {
    const { project, number, comment } = await open("edited");
    const lines = await Promise.all(
      [0, 1].map(async (index) => `/countersign sign ${await signTyped(signerAt(project, index), comment)}`),
    );
    const [first = "", second = ""] = lines;
    const person = reviewer(play.stage, 0);
    const id = await say(person, number, first);
    await awaitComment(play.stage, number, "#### 1 of 2 signed");
    await person.api.issues.updateComment({ ...repo, comment_id: id, body: "Never mind." });
    await awaitComment(play.stage, number, "#### 0 of 2 signed");
    await person.api.issues.updateComment({ ...repo, comment_id: id, body: `${first}\n${second}` });
    await awaitComment(play.stage, number, "#### 2 of 2 signed");
    await person.api.issues.deleteComment({ ...repo, comment_id: id });
    await awaitComment(play.stage, number, "#### 0 of 2 signed");
  });

  it("makes no sticky comment of its own: somebody's edit of the App's is put right", async () => {
    const number = 3;
    const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: number, per_page: 100 });
    const sticky = data.find(({ user }) => user?.type === "Bot");
    const body = String(sticky?.body);
    const forged = body.replace("#### 0 of 2 signed", "#### 2 of 2 signed");
    await play.stage.owner.api.issues.updateComment({ ...repo, comment_id: Number(sticky?.id), body: forged });
    expect(await awaitComment(play.stage, number, "#### 0 of 2 signed")).toBe(body);
  });
});

describe("a review that is dismissed", () => {
  it("leaves the signature in it standing", async () => {
    const { project, number, head, comment } = await open("dismissed");
    const ids: number[] = [];
    for (const index of [0, 1]) {
      const body = `/countersign sign ${await signTyped(signerAt(project, index), comment)}`;
      ids.push(await review(reviewer(play.stage, index), number, body));
    }
    await awaitCheck(play.stage, head, "success");
    for (const review_id of ids) {
      await play.stage.owner.api.pulls.dismissReview({ ...repo, pull_number: number, review_id, message: "Stale" });
    }
    await say(play.stage.dev, number, "/countersign status");
    await play.stage.github.idle();
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
  });
});

describe("a pull request from a fork", () => {
  it("is finalized like any other, with a link to the base repository, also when the fork is gone", async () => {
    const { github, owner } = play.stage;
    const project = projectOf("fork");
    const stranger = github.createPerson("stranger");
    await stranger.api.repos.createFork(repo);
    const url = stranger.gitUrl("stranger/vault");
    const work = await cloneOf(github, { url, into: join(play.stage.directory, "fork") });
    await work.git("pull", "--quiet", "origin", "main");
    const head = await work.commit({ [`${project.path}/Rules.txt`]: "From a fork\n" }, "Change");
    await work.git("push", "--quiet", "origin", "HEAD:refs/heads/theirs");
    const { data } = await stranger.api.pulls.create({
      ...repo,
      title: "Theirs",
      head: "stranger:theirs",
      base: "main",
    });
    const comment = await awaitComment(play.stage, data.number);
    expect(comment).toContain(`${github.url}/${fullName}/tree/${head}/${project.path}`);
    await approve(play.stage, data.number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await stranger.api.repos.delete({ owner: "stranger", repo: "vault" });
    await owner.api.pulls.merge({ ...repo, pull_number: data.number });
    await awaitVersion(project, 2);
    await awaitComment(play.stage, data.number, "Finalized on chain");
  });
});

describe("a GitHub that fails now and then", () => {
  it("gets every word once, however often it is asked", async () => {
    const { faults } = play.stage.github;
    faults.add({ on: "issues/create-comment", drop: "response" });
    faults.add({ on: "checks/create", drop: "response" });
    faults.add({ on: "pulls/list-reviews", status: 502 });
    faults.add({ ...secondaryRateLimit, on: "pulls/get" });
    const { project, number, head, comment } = await open("failing");
    await awaitCheck(play.stage, head, "in_progress");
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    faults.add({ on: "repos/create-deployment", drop: "response" });
    faults.add({ on: "repos/create-deployment-status", drop: "response" });
    faults.add({ on: "issues/update-comment", status: 500 });
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
    await assertOneEnd(play, project, { pull: { number, head }, version: 2 });
    await awaitCheck(play.stage, head, "Finalized");
  });
});
