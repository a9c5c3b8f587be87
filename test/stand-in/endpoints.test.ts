import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "./description.ts";
import { type OperationId, usedOperations, usedWebhooks } from "./openapi/used.ts";
import { type Scene, setScene } from "./scene.ts";

let scene: Scene;
const called = new Set<OperationId>();

beforeAll(async () => {
  const heard = usedWebhooks.map((id) => id.split("/")[0]?.replaceAll("-", "_") ?? "");
  scene = await setScene({ events: [...new Set(heard)] });
});

afterAll(() => scene.end());

/** Calls an operation by its id, as this client. */
function as(api: Octokit) {
  return async (id: OperationId, parameters: object = {}) => {
    called.add(id);
    const { method, path } = operations[id];
    const { data } = await api.request(`${method} ${path}`, { ...scene.repo, ...parameters });
    return data as Record<string, never> & { id: number; sha: string };
  };
}

/** Apps' own endpoints refuse parameters that are not theirs, so these come without a repository. */
function alone(api: Octokit) {
  return (id: OperationId, parameters: object = {}) =>
    as(api)(id, { owner: undefined, repo: undefined, ...parameters });
}

/** One after the other: what a story makes, its next step reads. */
describe("when every operation is asked for once", () => {
  it("answers for repositories, branches and people", async () => {
    const { acme, alice, bot } = scene;
    await alone(acme.api)("users/get-authenticated");
    await alone(bot)("users/get-by-username", { username: "alice" });
    await alone(bot)("users/get-by-id", { account_id: alice.id });
    await alone(bot)("meta/get");
    await alone(bot)("rate-limit/get");
    await alone(acme.api)("repos/create-for-authenticated-user", { name: "other", private: true });
    await as(acme.api)("repos/update", { repo: "other", name: "another", description: "Renamed" });
    await as(acme.api)("repos/transfer", { repo: "another", new_owner: "alice" });
    await as(alice.api)("repos/transfer", { owner: "alice", repo: "another", new_owner: "acme" });
    await as(acme.api)("repos/delete", { repo: "another" });
    await as(bot)("repos/get");
    await as(bot)("repos/list-branches");
    await as(acme.api)("repos/add-collaborator", { username: "bob" });
    await as(bot)("repos/get-collaborator-permission-level", { username: "bob" });
    await as(acme.api)("repos/remove-collaborator", { username: "bob" });
    const protection = {
      required_status_checks: { strict: true, contexts: [], checks: [{ context: "countersign", app_id: 7 }] },
      required_pull_request_reviews: { required_approving_review_count: 1 },
      ...{ branch: "main", enforce_admins: false, restrictions: null },
    };
    await as(acme.api)("repos/update-branch-protection", protection);
    await as(acme.api)("repos/get-branch-protection", { branch: "main" });
    await as(bot)("repos/get-branch", { branch: "main" });
    await as(acme.api)("repos/delete-branch-protection", { branch: "main" });
    const rules = [
      {
        type: "required_status_checks",
        parameters: {
          required_status_checks: [{ context: "countersign", integration_id: 7 }],
          strict_required_status_checks_policy: false,
        },
      },
    ];
    const conditions = { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } };
    const ruleset = { name: "quorum", enforcement: "active", conditions, rules };
    const { id } = await as(acme.api)("repos/create-repo-ruleset", ruleset);
    await as(bot)("repos/get-repo-rulesets");
    expect(await as(bot)("repos/get-branch-rules", { branch: "main" })).toHaveLength(1);
    await as(acme.api)("repos/delete-repo-ruleset", { ruleset_id: id });
  });

  it("answers for Apps and their webhooks", async () => {
    const { robot, bot, installation, github } = scene;
    await alone(robot)("apps/get-authenticated");
    await alone(scene.acme.api)("apps/get-by-slug", { app_slug: "countersign" });
    await alone(robot)("apps/list-installations");
    await alone(robot)("apps/get-installation", { installation_id: installation.id });
    await as(robot)("apps/get-repo-installation");
    const made = await alone(robot)("apps/create-installation-access-token", { installation_id: installation.id });
    await alone(bot)("apps/list-repos-accessible-to-installation");
    await alone(robot)("apps/get-webhook-config-for-app");
    await alone(robot)("apps/update-webhook-config-for-app", { secret: "s3cret" });
    const deliveries = (await alone(robot)("apps/list-webhook-deliveries")) as unknown as readonly { id: number }[];
    const [{ id: delivery_id } = { id: 0 }] = deliveries;
    await alone(robot)("apps/get-webhook-delivery", { delivery_id });
    await alone(robot)("apps/redeliver-webhook-delivery", { delivery_id });
    const manifest = JSON.stringify({ name: "New App", redirect_url: "http://127.0.0.1/done" });
    const body = new URLSearchParams({ manifest });
    const page = await fetch(`${github.url}/settings/apps/new?state=x`, { method: "POST", body, redirect: "manual" });
    const code = new URL(page.headers.get("location") ?? "").searchParams.get("code");
    expect(await alone(scene.acme.api)("apps/create-from-manifest", { code })).toMatchObject({ slug: "new-app" });
    const { token } = made as unknown as { token: string };
    await alone(new Octokit({ baseUrl: github.apiUrl, auth: token }))("apps/revoke-installation-access-token");
  });

  it("answers for git objects, contents and commits", async () => {
    const { acme, work } = scene;
    const api = as(acme.api);
    const head = await work.git("rev-parse", "HEAD");
    await api("git/get-commit", { commit_sha: head });
    await api("git/get-tree", { tree_sha: head, recursive: "1" });
    await api("git/get-blob", { file_sha: await work.git("rev-parse", "HEAD:README.md") });
    await api("git/create-ref", { ref: "refs/heads/side", sha: head });
    await api("repos/get-content", { path: "contracts" });
    const { sha } = await api("repos/get-content", { path: "contracts/Vault.sol", ref: head });
    const change = { message: "Edit", content: Buffer.from("contract Vault { }\n").toString("base64"), sha };
    await api("repos/create-or-update-file-contents", { path: "contracts/Vault.sol", branch: "side", ...change });
    await api("git/get-ref", { ref: "heads/side" });
    await api("git/list-matching-refs", { ref: "heads/s" });
    await api("git/update-ref", { ref: "heads/side", sha: head, force: true });
    await api("git/delete-ref", { ref: "heads/side" });
    await api("repos/list-commits", { path: "contracts" });
    await api("repos/get-commit", { ref: "main" });
    await api("repos/create-commit-status", { sha: head, state: "success", context: "ci" });
    await api("repos/list-commit-statuses-for-ref", { ref: head });
    await api("repos/get-combined-status-for-ref", { ref: "main" });
  });

  it("answers for pull requests, reviews and comments", async () => {
    const { acme, alice, bob, bot } = scene;
    await as(bob.api)("repos/create-fork");
    const content = Buffer.from("contract Vault { uint8 x; }\n").toString("base64");
    const path = { path: "contracts/Second.sol", message: "Second", content };
    await as(bob.api)("repos/create-or-update-file-contents", { owner: "bob", ...path });
    await as(bob.api)("pulls/create", { title: "Second", head: "bob:main", base: "main" });
    const pull = { pull_number: 1 };
    await as(bob.api)("pulls/update", { ...pull, title: "The second", state: "closed" });
    await as(bob.api)("pulls/update", { ...pull, state: "open" });
    for (const id of ["pulls/get", "pulls/list-files", "pulls/list-commits", "pulls/list-reviews"] as const)
      await as(bot)(id, pull);
    await as(bot)("pulls/list");
    const { id: review_id } = await as(alice.api)("pulls/create-review", { ...pull, body: "Hm" });
    await as(alice.api)("pulls/submit-review", { ...pull, review_id, event: "APPROVE", body: "Good" });
    await as(alice.api)("pulls/update-review", { ...pull, review_id, body: "Better" });
    await as(bot)("pulls/get-review", { ...pull, review_id });
    await as(acme.api)("pulls/dismiss-review", { ...pull, review_id, message: "Stale" });
    const pending = await as(alice.api)("pulls/create-review", pull);
    await as(alice.api)("pulls/delete-pending-review", { ...pull, review_id: pending.id });
    await bob.convertToDraft("acme/vault", 1);
    await bob.markReady("acme/vault", 1);
    const issue = { issue_number: 1 };
    const { id: comment_id } = await as(bot)("issues/create-comment", { ...issue, body: "Signed by nobody" });
    await as(bot)("issues/update-comment", { comment_id, body: "Signed by one" });
    await as(bot)("issues/get-comment", { comment_id });
    await as(bot)("issues/list-comments", issue);
    const reaction = await as(bot)("reactions/create-for-issue-comment", { comment_id, content: "eyes" });
    await as(bot)("reactions/list-for-issue-comment", { comment_id });
    await as(bot)("reactions/delete-for-issue-comment", { comment_id, reaction_id: reaction.id });
    await as(bot)("issues/delete-comment", { comment_id });
    await as(bot)("issues/add-labels", { ...issue, labels: ["upgrade"] });
    await as(bot)("issues/list-labels-on-issue", issue);
    await as(bot)("issues/remove-label", { ...issue, name: "upgrade" });
  });

  it("answers for checks, merges and deployments", async () => {
    const { acme, bob, bot } = scene;
    const pull = { pull_number: 1 };
    await as(acme.api)("repos/compare-commits-with-basehead", { basehead: "main...bob:main" });
    const content = Buffer.from("moved").toString("base64");
    const change = { path: "README.md", message: "Move", content };
    const { sha } = await as(acme.api)("repos/get-content", { path: "README.md" });
    await as(acme.api)("repos/create-or-update-file-contents", { ...change, sha });
    await as(acme.api)("pulls/update-branch", pull);
    const { head } = (await as(bot)("pulls/get", pull)) as unknown as { head: { sha: string } };
    await as(bot)("repos/list-pull-requests-associated-with-commit", { commit_sha: head.sha });
    const run = await as(bot)("checks/create", { name: "countersign", head_sha: head.sha });
    const output = { title: "6 of 9", summary: "Signed", annotations: [] };
    const check = { check_run_id: run.id };
    await as(bot)("checks/update", { ...check, conclusion: "success", output });
    await as(bot)("checks/get", check);
    await as(bot)("checks/list-annotations", check);
    await as(bot)("checks/list-for-ref", { ref: head.sha });
    const { check_suites } = (await as(bot)("checks/list-suites-for-ref", { ref: head.sha })) as unknown as {
      check_suites: { id: number }[];
    };
    const suite = { check_suite_id: check_suites[0]?.id };
    await as(bot)("checks/get-suite", suite);
    await as(bot)("checks/list-for-suite", suite);
    await as(acme.api)("checks/rerequest-run", check);
    await as(acme.api)("checks/rerequest-suite", suite);
    const [group] = await bob.enqueue("acme/vault", [1]);
    expect(await group?.settle()).toBe("merged");
    await as(bot)("pulls/check-if-merged", pull);
    const deployment = await as(bot)("repos/create-deployment", {
      ref: "main",
      auto_merge: false,
      required_contexts: [],
    });
    const { id: deployment_id } = deployment;
    await as(bot)("repos/list-deployments", { environment: "production" });
    await as(bot)("repos/get-deployment", { deployment_id });
    const status = await as(bot)("repos/create-deployment-status", { deployment_id, state: "success" });
    await as(bot)("repos/list-deployment-statuses", { deployment_id });
    await as(bot)("repos/get-deployment-status", { deployment_id, status_id: status.id });
    await as(acme.api)("repos/create-or-update-file-contents", { ...change, path: "NEW.md", branch: "main" });
    await as(acme.api)("git/create-ref", { ref: "refs/heads/last", sha: head.sha });
    await as(acme.api)("repos/create-or-update-file-contents", { ...change, path: "LAST.md", branch: "last" });
    await as(acme.api)("pulls/create", { title: "Last", head: "last", base: "main" });
    await as(acme.api)("pulls/merge", { pull_number: 2, merge_method: "squash" });
    scene.github.suspend(scene.installation);
    scene.github.unsuspend(scene.installation);
    scene.github.uninstall(scene.installation);
  });

  it("has answered all of them, and sent every webhook, as GitHub describes them", async () => {
    await scene.github.idle();
    const sent = scene.github.webhooks.log.map(({ event, action }) =>
      [event, action].filter(Boolean).join("/").replaceAll("_", "-"),
    );
    expect(scene.github.violations).toEqual([]);
    expect([...called].sort()).toEqual([...usedOperations].sort());
    expect([...new Set(sent)].sort()).toEqual([...usedWebhooks].sort());
  });
});
