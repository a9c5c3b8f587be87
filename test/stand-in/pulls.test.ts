import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Scene, setScene } from "./scene.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
});

beforeEach(async () => {
  await scene.github.idle();
  scene.inbox.received.length = 0;
});

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

async function openPull(branch: string) {
  const { work, alice, repo } = scene;
  await work.git("checkout", "--quiet", "-B", branch, "origin/main");
  const head = await work.commit({ [`contracts/${branch}.sol`]: "contract A {}\n" }, `Add ${branch}`);
  await work.git("push", "--quiet", "origin", branch);
  const { data } = await alice.api.pulls.create({ ...repo, title: branch, head: branch, base: "main" });
  return { head, number: data.number, pull: { ...repo, pull_number: data.number } };
}

const newest = () => scene.inbox.received.at(-1)?.payload;

describe("when a pull request is opened", () => {
  it("tells the App after the push", async () => {
    const { number, head } = await openPull("opened");
    await scene.github.idle();
    expect(scene.inbox.names()).toEqual(["push", "check_suite.requested", "pull_request.opened"]);
    const installation = { id: scene.installation.id };
    expect(newest()).toMatchObject({ number, pull_request: { head: { sha: head } }, installation });
  });

  it("tries the merge afterwards, and not while that is held", async () => {
    const { testMerges } = scene.github;
    testMerges.held = true;
    const { pull, number } = await openPull("tried");
    const reference = () => scene.bot.git.getRef({ ...scene.repo, ref: `pull/${number}/merge` });
    expect((await scene.bot.pulls.get(pull)).data.mergeable).toBeNull();
    await expect(reference()).rejects.toMatchObject({ status: 404 });
    testMerges.held = false;
    await scene.bot.pulls.get(pull);
    await scene.github.idle();
    const { data } = await scene.bot.pulls.get(pull);
    expect(data.mergeable).toBe(true);
    const { data: before } = await reference();
    expect(before.object.sha).toBe(data.merge_commit_sha);
    const content = Buffer.from("moved").toString("base64");
    testMerges.held = true;
    await scene.acme.api.repos.createOrUpdateFileContents({
      ...scene.repo,
      path: "MOVED.md",
      message: "Move",
      content,
    });
    expect((await scene.bot.pulls.get(pull)).data.mergeable).toBeNull();
    expect((await reference()).data.object.sha).toBe(before.object.sha);
    testMerges.held = false;
  });

  it("refuses a second one from the same branch, and one without commits", async () => {
    await openPull("twice");
    const again = scene.alice.api.pulls.create({ ...scene.repo, title: "Again", head: "twice", base: "main" });
    await expect(again).rejects.toMatchObject({ status: 422 });
    await scene.acme.api.git.createRef({
      ...scene.repo,
      ref: "refs/heads/empty",
      sha: await scene.work.git("rev-parse", "origin/main"),
    });
    const empty = scene.alice.api.pulls.create({ ...scene.repo, title: "Empty", head: "empty", base: "main" });
    await expect(empty).rejects.toThrow("No commits between main and empty");
  });
});

describe("when its branches move", () => {
  it("follows pushes, forced ones too", async () => {
    const { pull, head } = await openPull("pushed");
    const after = await scene.work.commit({ "contracts/more.sol": "x\n" }, "More");
    await scene.work.git("push", "--quiet", "origin", "pushed");
    await scene.github.idle();
    expect(newest()).toMatchObject({ action: "synchronize", before: head, after });
    await scene.work.git("push", "--quiet", "--force", "origin", `${head}:pushed`);
    await scene.github.idle();
    expect(newest()).toMatchObject({ action: "synchronize", before: after, after: head });
    expect(scene.inbox.received.findLast(({ event }) => event === "push")?.payload.forced).toBe(true);
    expect((await scene.bot.pulls.get(pull)).data.head.sha).toBe(head);
  });

  it("closes with its branch, and keeps its head", async () => {
    const { pull, number, head } = await openPull("deleted");
    await scene.work.git("push", "--quiet", "origin", "--delete", "deleted");
    expect((await scene.bot.pulls.get(pull)).data).toMatchObject({ state: "closed", merged: false });
    expect((await scene.bot.git.getRef({ ...scene.repo, ref: `pull/${number}/head` })).data.object.sha).toBe(head);
    await expect(scene.alice.api.pulls.update({ ...pull, state: "open" })).rejects.toMatchObject({ status: 422 });
  });

  it("tells of a new base, of closing and of opening again", async () => {
    const { pull } = await openPull("edited");
    const sha = await scene.work.git("rev-parse", "origin/main");
    await scene.acme.api.git.createRef({ ...scene.repo, ref: "refs/heads/next", sha });
    await scene.alice.api.pulls.update({ ...pull, base: "next" });
    await scene.github.idle();
    expect(newest()).toMatchObject({ action: "edited", changes: { base: { ref: { from: "main" } } } });
    await scene.alice.api.pulls.update({ ...pull, state: "closed" });
    await scene.alice.api.pulls.update({ ...pull, state: "open" });
    await scene.github.idle();
    expect(scene.inbox.names().slice(-2)).toEqual(["pull_request.closed", "pull_request.reopened"]);
  });
});

describe("when it is reviewed", () => {
  it("lets no author judge his own", async () => {
    const { pull } = await openPull("own");
    const review = (event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT") =>
      scene.alice.api.pulls.createReview({ ...pull, event, body: "Mine" });
    await expect(review("APPROVE")).rejects.toMatchObject({ status: 422 });
    await expect(review("REQUEST_CHANGES")).rejects.toMatchObject({ status: 422 });
    expect((await review("COMMENT")).data.state).toBe("COMMENTED");
  });

  it("tells of reviews submitted, edited and dismissed", async () => {
    const { pull, head } = await openPull("reviewed");
    const { data } = await scene.bob.api.pulls.createReview({ ...pull, event: "APPROVE", body: "Yes" });
    expect(data).toMatchObject({ state: "APPROVED", commit_id: head, author_association: "NONE" });
    const review = { ...pull, review_id: data.id };
    await scene.bob.api.pulls.updateReview({ ...review, body: "Yes!" });
    await scene.acme.api.pulls.dismissReview({ ...review, message: "Stale" });
    await scene.github.idle();
    const reviews = scene.inbox.names().filter((name) => name.startsWith("pull_request_review"));
    expect(reviews.map((name) => name.split(".")[1])).toEqual(["submitted", "edited", "dismissed"]);
    expect((await scene.bot.pulls.getReview(review)).data).toMatchObject({ state: "DISMISSED", body: "Yes!" });
  });

  it("dismisses approvals on a push where the branch is protected so", async () => {
    const required_pull_request_reviews = { dismiss_stale_reviews: true, required_approving_review_count: 1 };
    const rest = { required_status_checks: null, enforce_admins: true, restrictions: null };
    await scene.acme.api.repos.updateBranchProtection({
      ...scene.repo,
      branch: "main",
      required_pull_request_reviews,
      ...rest,
    });
    const { pull } = await openPull("stale");
    await scene.acme.api.pulls.createReview({ ...pull, event: "APPROVE" });
    await scene.work.commit({ "contracts/stale.sol": "y\n" }, "Again");
    await scene.work.git("push", "--quiet", "origin", "stale");
    const { data } = await scene.bot.pulls.listReviews(pull);
    expect(data.map(({ state }) => state)).toEqual(["DISMISSED"]);
    await expect(scene.acme.api.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    await scene.acme.api.repos.deleteBranchProtection({ ...scene.repo, branch: "main" });
  });
});

describe("when it is commented on", () => {
  it("tells of the comment, its edit and its end, also of the App's own", async () => {
    const { number } = await openPull("talk");
    const { data } = await scene.bot.issues.createComment({ ...scene.repo, issue_number: number, body: "One of six" });
    expect(data).toMatchObject({
      user: { login: "countersign[bot]", type: "Bot" },
      performed_via_github_app: { id: 7 },
    });
    await scene.bot.issues.updateComment({ ...scene.repo, comment_id: data.id, body: "Two of six" });
    await expect(scene.bob.api.issues.deleteComment({ ...scene.repo, comment_id: data.id })).rejects.toMatchObject({
      status: 403,
    });
    await scene.acme.api.issues.deleteComment({ ...scene.repo, comment_id: data.id });
    await scene.github.idle();
    expect(scene.inbox.names().slice(-3)).toEqual(
      ["created", "edited", "deleted"].map((action) => `issue_comment.${action}`),
    );
  });

  it("takes 65,536 characters and no more", async () => {
    const { number } = await openPull("long");
    const comment = (length: number) =>
      scene.bob.api.issues.createComment({ ...scene.repo, issue_number: number, body: "x".repeat(length) });
    expect((await comment(65_536)).status).toBe(201);
    await expect(comment(65_537)).rejects.toMatchObject({ status: 422 });
  });
});
