import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Scene, setScene } from "./scene.ts";

let scene: Scene;

beforeEach(async () => {
  scene = await setScene();
});

afterEach(async () => {
  await scene.github.idle();
  const { violations } = scene.github;
  await scene.end();
  expect(violations).toEqual([]);
});

async function openPull(branch = "upgrade") {
  const { work, alice, repo } = scene;
  await work.git("checkout", "--quiet", "-b", branch);
  const head = await work.commit({ "contracts/Vault.sol": `contract Vault { /* ${branch} */ }\n` }, `Change ${branch}`);
  await work.git("push", "--quiet", "origin", branch);
  const { data } = await alice.api.pulls.create({
    ...repo,
    title: "Upgrade",
    head: branch,
    base: "main",
    body: "Better",
  });
  return { number: data.number, head };
}

describe("when a pull request is opened", () => {
  it("tells the App, signed", async () => {
    const { number, head } = await openPull();
    await scene.github.idle();
    const opened = scene.inbox.received.find(({ payload }) => payload.action === "opened");
    expect(opened?.payload).toMatchObject({
      number,
      pull_request: { head: { sha: head } },
      installation: { id: scene.installation.id },
    });
    expect(scene.inbox.names()).toContain("check_suite.requested");
  });

  it("runs the whole road to a merge", async () => {
    const { acme, alice, bob, bot, repo, github } = scene;
    const { number, head } = await openPull();
    const pull = { ...repo, pull_number: number };
    await alice.api.repos.get(repo);
    await acme.api.repos.updateBranchProtection({
      ...repo,
      branch: "main",
      required_status_checks: { strict: false, contexts: [], checks: [{ context: "countersign", app_id: 7 }] },
      enforce_admins: true,
      required_pull_request_reviews: null,
      restrictions: null,
    });
    await expect(alice.api.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    await bot.checks.create({ ...repo, name: "countersign", head_sha: head, status: "in_progress" });
    await bob.api.pulls.createReview({ ...pull, event: "APPROVE", body: "/countersign sign 0x00" });
    const comment = await bot.issues.createComment({ ...repo, issue_number: number, body: "Sticky" });
    await bot.issues.updateComment({ ...repo, comment_id: comment.data.id, body: "Sticky 2" });
    await expect(alice.api.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    const { data: runs } = await bot.checks.listForRef({ ...repo, ref: head, check_name: "countersign" });
    const [run] = runs.check_runs;
    await bot.checks.update({
      ...repo,
      check_run_id: run?.id ?? 0,
      conclusion: "success",
      output: { title: "ok", summary: "ok" },
    });
    const { data } = await alice.api.pulls.merge({ ...pull, merge_method: "squash" });
    const { data: after } = await bot.pulls.get(pull);
    expect(after).toMatchObject({ merged: true, merge_commit_sha: data.sha });
    const deployment = await bot.repos.createDeployment({
      ...repo,
      ref: data.sha,
      auto_merge: false,
      required_contexts: [],
      environment: "31337 / 0x1",
      payload: { tx: "0x2" },
    });
    if (deployment.status !== 201) throw new Error("merged");
    await bot.repos.createDeploymentStatus({
      ...repo,
      deployment_id: deployment.data.id,
      state: "success",
      log_url: "https://example.com/tx",
    });
    await github.idle();
    expect(scene.inbox.names().slice(-3)).toEqual(["pull_request.closed", "push", "check_suite.requested"]);
  });
});
