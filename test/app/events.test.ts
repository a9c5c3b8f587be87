import { Probot } from "probot";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listen } from "../../src/app/events.ts";

const pulls: unknown[] = [];
const commits: unknown[] = [];
let probot: Probot;

beforeAll(async () => {
  probot = new Probot({ appId: 7, privateKey: "-", secret: "a secret", logLevel: "fatal" });
  const sink = {
    pull: async (key: unknown) => void pulls.push(key),
    commit: async (key: unknown) => void commits.push(key),
  };
  await probot.load((app) => listen(app, sink, { appId: 7 }));
});
beforeEach(() => {
  pulls.length = 0;
  commits.length = 0;
});

const sha = "a".repeat(40);
const origin = {
  installation: { id: 1 },
  repository: { id: 2, name: "vault", owner: { login: "acme" }, default_branch: "main" },
};
const key = { installationId: 1, repositoryId: 2, owner: "acme", repository: "vault" };
const alice = { id: 11, type: "User" };
const ownBot = { id: 70, type: "Bot" };
const ours = { user: ownBot, performed_via_github_app: { id: 7 } };
const onPull = { number: 5, pull_request: {} };

const receive = (name: string, payload: object) =>
  probot.webhooks.receive({ id: "1", name: name as "push", payload: payload as never });

describe("an event", () => {
  it.each<[string, object]>([
    ["pull_request", { ...origin, action: "opened", pull_request: { number: 5 } }],
    ["pull_request", { ...origin, action: "an action of tomorrow", pull_request: { number: 5 } }],
    ["pull_request_review", { ...origin, action: "dismissed", pull_request: { number: 5 } }],
    ["issue_comment", { ...origin, action: "created", issue: onPull, comment: { user: alice }, sender: alice }],
    ["issue_comment", { ...origin, action: "deleted", issue: onPull, comment: { user: null }, sender: alice }],
    ["issue_comment", { ...origin, action: "edited", issue: onPull, comment: ours, sender: alice }],
    ["issue_comment", { ...origin, action: "deleted", issue: onPull, comment: ours, sender: alice }],
  ])("%s names its pull request and nothing else: %j", async (name, payload) => {
    await receive(name, payload);
    expect([pulls, commits]).toEqual([[{ ...key, number: 5 }], []]);
  });

  it.each<[string, object, object]>([
    ["check_run", { ...origin, action: "rerequested", check_run: { head_sha: sha } }, { commit: sha }],
    ["check_suite", { ...origin, action: "rerequested", check_suite: { head_sha: sha } }, { commit: sha }],
    [
      "push",
      { ...origin, ref: "refs/heads/release/1", after: sha, deleted: false },
      { commit: sha, moved: { branch: "release/1", defaultBranch: "main" } },
    ],
    ["merge_group", { ...origin, action: "checks_requested", merge_group: { head_sha: sha } }, { commit: sha }],
    [
      "push",
      { ...origin, ref: `refs/heads/gh-readonly-queue/main/pr-5-${sha}`, after: sha, deleted: false },
      { commit: sha },
    ],
  ])("%s names a commit: %j", async (name, payload, more) => {
    await receive(name, payload);
    expect([pulls, commits]).toEqual([[], [{ ...key, ...more }]]);
  });

  it.each<[string, object]>([
    ["issue_comment", { ...origin, action: "created", issue: { number: 5 }, comment: { user: alice }, sender: alice }],
    ["issue_comment", { ...origin, action: "created", issue: onPull, comment: ours, sender: ownBot }],
    ["issue_comment", { ...origin, action: "edited", issue: onPull, comment: ours, sender: ownBot }],
    ["push", { ...origin, ref: "refs/tags/v1", after: sha, deleted: false }],
    ["push", { ...origin, ref: "refs/heads/gone", after: "0".repeat(40), deleted: true }],
    ["check_run", { ...origin, action: "created", check_run: { head_sha: sha } }],
    ["check_suite", { ...origin, action: "completed", check_suite: { head_sha: sha } }],
    ["pull_request", { ...origin, installation: undefined, action: "opened", pull_request: { number: 5 } }],
    ["pull_request", { ...origin, action: "opened", pull_request: { number: "5" } }],
    ["pull_request", { ...origin, action: "opened" }],
    ["pull_request_review", { action: "submitted" }],
    ["push", { ...origin, ref: "refs/heads/main", after: "main", deleted: false }],
    ["merge_group", { ...origin, action: "destroyed", merge_group: { head_sha: sha } }],
    ["merge_group", { ...origin, action: "checks_requested", merge_group: {} }],
    ["star", { ...origin, action: "created" }],
  ])("%s is no news: %j", async (name, payload) => {
    await receive(name, payload);
    expect([pulls, commits]).toEqual([[], []]);
  });
});
