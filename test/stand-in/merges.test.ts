import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Scene, setScene } from "./scene.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
});

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

/** A pull request of two commits from a branch of that name, off what main is now. */
async function openPull(branch: string) {
  const { work, alice, repo } = scene;
  await work.git("fetch", "--quiet", "origin", "main");
  await work.git("checkout", "--quiet", "-B", branch, "origin/main");
  await work.commit({ [`contracts/${branch}.sol`]: "contract A {}\n" }, `Add ${branch}`);
  const head = await work.commit({ [`contracts/${branch}.sol`]: "contract B {}\n" }, `Change ${branch}`);
  await work.git("push", "--quiet", "origin", branch);
  const { data } = await alice.api.pulls.create({ ...repo, title: branch, head: branch, base: "main" });
  return { head, pull: { ...repo, pull_number: data.number } };
}

async function commitsOnMain(count: number) {
  const { data } = await scene.bot.repos.listCommits({ ...scene.repo, per_page: count });
  return data.map(({ commit, parents }) => [commit.message.split("\n")[0], parents.length]);
}

function protect(enforce_admins: boolean) {
  const required_status_checks = { strict: false, contexts: [], checks: [{ context: "countersign", app_id: 7 }] };
  const rest = { enforce_admins, required_pull_request_reviews: null, restrictions: null };
  return scene.acme.api.repos.updateBranchProtection({
    ...scene.repo,
    branch: "main",
    required_status_checks,
    ...rest,
  });
}

describe("when a pull request is merged", () => {
  it("makes a merge commit of two parents", async () => {
    const { pull } = await openPull("merge");
    await scene.alice.api.pulls.merge({ ...pull, merge_method: "merge" });
    expect(await commitsOnMain(1)).toEqual([["Merge pull request #1 from acme/merge", 2]]);
  });

  it("squashes into one commit", async () => {
    const { pull } = await openPull("squash");
    await scene.alice.api.pulls.merge({ ...pull, merge_method: "squash" });
    expect(await commitsOnMain(1)).toEqual([["squash (#2)", 1]]);
  });

  it("replays each commit, with a new id, upon a base that moved", async () => {
    const { pull, head } = await openPull("rebase");
    const content = Buffer.from("elsewhere").toString("base64");
    await scene.acme.api.repos.createOrUpdateFileContents({
      ...scene.repo,
      path: "OTHER.md",
      message: "Move",
      content,
    });
    const { data } = await scene.alice.api.pulls.merge({ ...pull, merge_method: "rebase" });
    expect(data.sha).not.toBe(head);
    expect(await commitsOnMain(3)).toEqual([
      ["Change rebase", 1],
      ["Add rebase", 1],
      ["Move", 1],
    ]);
  });

  it("refuses another head than was meant, a draft, and a conflict", async () => {
    const { pull } = await openPull("conflict");
    const merge = () => scene.alice.api.pulls.merge(pull);
    await expect(scene.alice.api.pulls.merge({ ...pull, sha: "0".repeat(40) })).rejects.toMatchObject({ status: 409 });
    await scene.alice.convertToDraft("acme/vault", pull.pull_number);
    await expect(merge()).rejects.toMatchObject({ status: 405 });
    await scene.alice.markReady("acme/vault", pull.pull_number);
    const content = Buffer.from("contract Other {}").toString("base64");
    const path = "contracts/conflict.sol";
    await scene.acme.api.repos.createOrUpdateFileContents({ ...scene.repo, path, message: "Clash", content });
    await expect(merge()).rejects.toMatchObject({ status: 405 });
    await scene.bot.pulls.get(pull);
    await scene.github.idle();
    expect((await scene.bot.pulls.get(pull)).data).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
  });

  it("counts one as merged whose head was pushed to the base", async () => {
    const { pull, head } = await openPull("pushed");
    await scene.work.git("push", "--quiet", "origin", "HEAD:main");
    expect((await scene.bot.pulls.get(pull)).data).toMatchObject({ merged: true, merge_commit_sha: head });
  });
});

describe("when the branch asks for a check", () => {
  it("lets only an administrator pass without it, where protection leaves him out", async () => {
    await protect(false);
    const { pull } = await openPull("override");
    await expect(scene.alice.api.pulls.merge(pull)).rejects.toThrow('Required status check "countersign" is expected.');
    expect((await scene.acme.api.pulls.merge(pull)).data.merged).toBe(true);
  });

  it("counts the check of the App that is named, green, on the head", async () => {
    await protect(true);
    const { pull, head } = await openPull("checked");
    await scene.acme.api.repos.createCommitStatus({
      ...scene.repo,
      sha: head,
      state: "success",
      context: "countersign",
    });
    await expect(scene.acme.api.pulls.merge(pull)).rejects.toThrow("is expected");
    const check = { ...scene.repo, name: "countersign" };
    const { data: run } = await scene.bot.checks.create({ ...check, head_sha: head, conclusion: "action_required" });
    await expect(scene.acme.api.pulls.merge(pull)).rejects.toThrow("is failing");
    await scene.bot.checks.update({ ...scene.repo, check_run_id: run.id, conclusion: "success" });
    expect((await scene.alice.api.pulls.merge(pull)).data.merged).toBe(true);
  });

  it("does so by a ruleset too", async () => {
    await scene.acme.api.repos.deleteBranchProtection({ ...scene.repo, branch: "main" });
    const parameters = {
      required_status_checks: [{ context: "countersign" }],
      strict_required_status_checks_policy: true,
    };
    const conditions = { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } };
    const rules = [{ type: "required_status_checks" as const, parameters }];
    const ruleset = { name: "quorum", enforcement: "active" as const, conditions, rules };
    const { data } = await scene.acme.api.repos.createRepoRuleset({ ...scene.repo, ...ruleset });
    const { pull } = await openPull("ruled");
    await expect(scene.acme.api.pulls.merge(pull)).rejects.toThrow("is expected");
    await scene.acme.api.repos.deleteRepoRuleset({ ...scene.repo, ruleset_id: data.id });
  });
});

describe("when pull requests wait in the merge queue", () => {
  const green = (head_sha: string) =>
    scene.bot.checks.create({ ...scene.repo, name: "countersign", head_sha, conclusion: "success" });

  async function queueTwo(name: string) {
    const [one, two] = [await openPull(`${name}-1`), await openPull(`${name}-2`)];
    const [first, second] = await scene.alice.enqueue("acme/vault", [one.pull.pull_number, two.pull.pull_number]);
    if (!first || !second) throw new Error("not queued");
    return { one, first, second };
  }

  it("lands each when its own head is green, upon the one before it", async () => {
    await protect(true);
    const { one, first, second } = await queueTwo("queued");
    expect(second.base).toBe(first.sha);
    expect(first.ref).toBe(`refs/heads/gh-readonly-queue/main/pr-${first.number}-${first.base}`);
    for (const { sha } of [first, second]) await green(sha);
    expect([await first.settle(), await second.settle()]).toEqual(["merged", "merged"]);
    const { data } = await scene.bot.pulls.get(one.pull);
    expect([data.merged, data.merge_commit_sha]).toEqual([true, first.sha]);
  });

  it("takes one out that is not green, and those that were built upon it", async () => {
    const { first, second } = await queueTwo("failing");
    await green(second.sha);
    expect([await first.settle(), await second.settle()]).toEqual(["invalidated", "invalidated"]);
    await scene.github.idle();
    const groups = scene.inbox.received.filter(({ event }) => event === "merge_group");
    const told = groups.map(({ payload }) => [payload.action, (payload.merge_group as { head_sha: string }).head_sha]);
    expect(told.slice(-4)).toEqual([
      ["checks_requested", first.sha],
      ["checks_requested", second.sha],
      ["destroyed", first.sha],
      ["destroyed", second.sha],
    ]);
  });

  it("squashes where it is told to, and names no pull request for the commit", async () => {
    const { pull } = await openPull("queue-squashed");
    const [group] = await scene.alice.enqueue("acme/vault", [pull.pull_number], "squash");
    const commit = { ...scene.repo, commit_sha: String(group?.sha) };
    expect((await scene.bot.repos.listPullRequestsAssociatedWithCommit(commit)).data).toEqual([]);
    await green(String(group?.sha));
    expect(await group?.settle()).toBe("merged");
    expect(await commitsOnMain(1)).toEqual([[`queue-squashed (#${pull.pull_number})`, 1]]);
  });
});

describe("when a deployment is recorded", () => {
  it("waits for every check unless told not to, and makes the one before inactive", async () => {
    const { bot, repo } = scene;
    const { data: commit } = await bot.repos.getCommit({ ...repo, ref: "main" });
    await bot.checks.create({ ...repo, name: "slow", head_sha: commit.sha, status: "in_progress" });
    const deploy = (options: object) =>
      bot.repos.createDeployment({
        ...repo,
        ref: commit.sha,
        auto_merge: false,
        environment: "31337 / 0x1",
        ...options,
      });
    await expect(deploy({})).rejects.toMatchObject({ status: 409 });
    const ids: number[] = [];
    for (const tx of ["0x1", "0x2"]) {
      const { data } = await deploy({ required_contexts: [], payload: { tx } });
      if (!("id" in data)) throw new Error("not deployed");
      ids.push(data.id);
      await bot.repos.createDeploymentStatus({ ...repo, deployment_id: data.id, state: "success" });
    }
    const [first = 0] = ids;
    const { data } = await bot.repos.listDeploymentStatuses({ ...repo, deployment_id: first });
    expect(data.map(({ state }) => state)).toEqual(["inactive", "success"]);
    const { data: found } = await bot.repos.listDeployments({ ...repo, environment: "31337 / 0x1" });
    expect(found.map(({ payload }) => payload)).toEqual([{ tx: "0x2" }, { tx: "0x1" }]);
  });
});
