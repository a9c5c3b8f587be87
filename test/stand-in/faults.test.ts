import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { secondaryRateLimit } from "./faults.ts";
import { type Received, type Scene, setScene } from "./scene.ts";
import type { Misfortune } from "./webhooks.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
  const { work, alice, repo } = scene;
  await work.git("checkout", "--quiet", "-b", "upgrade");
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`contracts/${index}.sol`, `${index}\n`]));
  await work.commit(files, "Forty");
  await work.git("push", "--quiet", "origin", "upgrade");
  await alice.api.pulls.create({ ...repo, title: "Upgrade", head: "upgrade", base: "main" });
  await scene.github.idle();
});

beforeEach(async () => {
  await scene.github.idle();
  scene.inbox.received.length = 0;
});

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

const comment = (body: string) => scene.alice.api.issues.createComment({ ...scene.repo, issue_number: 1, body });
const isSigned = ({ headers, text }: Received) =>
  headers["x-hub-signature-256"] === `sha256=${createHmac("sha256", "s3cret").update(text).digest("hex")}`;
const bodies = () => scene.inbox.received.map(({ payload }) => (payload.comment as { body: string }).body);

describe("when webhooks meet with misfortune", () => {
  it.each<[Misfortune | undefined, number, boolean]>([
    [undefined, 1, true],
    ["lost", 0, true],
    ["repeated", 2, true],
    ["tampered", 1, false],
    ["delayed", 1, true],
  ])("delivers one that is %s %i times, truly signed: %s", async (fate, times, signed) => {
    scene.github.webhooks.misfortune = ({ event }) => (event === "issue_comment" ? fate : undefined);
    await comment("Hello");
    await scene.github.idle();
    scene.github.webhooks.misfortune = undefined;
    expect(scene.inbox.received.map(isSigned)).toEqual(Array.from({ length: times }, () => signed));
    expect(new Set(scene.inbox.received.map(({ headers }) => headers["x-github-delivery"])).size).toBe(
      Math.min(times, 1),
    );
  });

  it("delivers what was held in another order, and again by its id", async () => {
    const { webhooks } = scene.github;
    webhooks.hold();
    await comment("first");
    await comment("second");
    webhooks.release((held) => held.toReversed());
    await scene.github.idle();
    expect(bodies()).toEqual(["second", "first"]);
    webhooks.redeliver(webhooks.log.at(-1)?.guid ?? "");
    await scene.github.idle();
    expect(bodies()).toEqual(["second", "first", "second"]);
  });
});

describe("when requests meet with faults", () => {
  it("answers with the status asked for, as often as asked for", async () => {
    scene.github.faults.add({ on: "pulls/get", status: 502, times: 2 });
    const get = () => scene.bot.pulls.get({ ...scene.repo, pull_number: 1 });
    await expect(get()).rejects.toMatchObject({ status: 502 });
    await expect(get()).rejects.toMatchObject({ status: 502 });
    expect((await get()).status).toBe(200);
  });

  it("drops the connection before or after the work is done", async () => {
    const { data: before } = await scene.bot.issues.listComments({ ...scene.repo, issue_number: 1 });
    scene.github.faults.add({ on: "issues/create-comment", drop: "request" });
    await expect(comment("never there")).rejects.toThrow();
    scene.github.faults.add({ on: "issues/create-comment", drop: "response" });
    await expect(comment("there")).rejects.toThrow();
    const { data: after } = await scene.bot.issues.listComments({ ...scene.repo, issue_number: 1 });
    expect(after.slice(before.length).map(({ body }) => body)).toEqual(["there"]);
  });

  it("is slow, limits the rate, and runs out of requests", async () => {
    scene.github.faults.add({ on: "repos/get", delay: 150 });
    const start = performance.now();
    await scene.bot.repos.get(scene.repo);
    expect(performance.now() - start).toBeGreaterThan(140);
    scene.github.faults.add({ on: "repos/get", ...secondaryRateLimit });
    const limited = { status: 403, response: { headers: { "retry-after": "1" } } };
    await expect(scene.bot.repos.get(scene.repo)).rejects.toMatchObject(limited);
    const { requestsPerHour } = scene.github.limits;
    scene.github.limits.requestsPerHour = 0;
    const spent = { status: 403, response: { headers: { "x-ratelimit-remaining": "0" } } };
    await expect(scene.alice.api.repos.get(scene.repo)).rejects.toMatchObject(spent);
    scene.github.limits.requestsPerHour = requestsPerHour;
  });

  it("answers what was true before", async () => {
    const read = { ...scene.repo, pull_number: 1 };
    const { data: old } = await scene.bot.pulls.get(read);
    await scene.alice.api.pulls.update({ ...read, title: "New title" });
    scene.github.faults.add({ on: "pulls/get", body: old });
    expect((await scene.bot.pulls.get(read)).data.title).toBe("Upgrade");
    expect((await scene.bot.pulls.get(read)).data.title).toBe("New title");
  });

  it("drops and refuses git as well", async () => {
    scene.github.faults.add({ on: "git-upload-pack", status: 503 });
    await expect(scene.work.git("fetch", "origin")).rejects.toThrow("503");
    scene.github.faults.add({ on: "git-upload-pack", drop: "request" });
    await expect(scene.work.git("fetch", "origin")).rejects.toThrow();
  });
});

describe("when listings are long", () => {
  it("cuts trees and files at the limit", async () => {
    Object.assign(scene.github.limits, { treeEntries: 5, pullFiles: 7 });
    const { data } = await scene.bot.git.getTree({ ...scene.repo, tree_sha: "upgrade", recursive: "1" });
    expect([data.tree.length, data.truncated]).toEqual([5, true]);
    const files = await scene.bot.paginate(scene.bot.pulls.listFiles, { ...scene.repo, pull_number: 1 });
    expect(files).toHaveLength(7);
    Object.assign(scene.github.limits, { treeEntries: 100_000, pullFiles: 3000 });
  });

  it("leads from page to page", async () => {
    const list = { ...scene.repo, pull_number: 1, per_page: 15 };
    const { headers } = await scene.bot.pulls.listFiles(list);
    expect(headers.link).toMatch(/page=2>; rel="next", <.*page=3>; rel="last"$/);
    expect(await scene.bot.paginate(scene.bot.pulls.listFiles, list)).toHaveLength(40);
  });
});

describe("when a request is conditional", () => {
  it("answers 304 and counts nothing", async () => {
    const read = { ...scene.repo, ref: "heads/main" };
    const { headers } = await scene.bot.git.getRef(read);
    const again = scene.bot.git.getRef({ ...read, headers: { "if-none-match": headers.etag ?? "" } });
    await expect(again).rejects.toMatchObject({ status: 304 });
    const after = await scene.bot.git.getRef(read);
    expect(Number(after.headers["x-ratelimit-used"])).toBe(Number(headers["x-ratelimit-used"]) + 1);
  });
});

describe("when something breaks GitHub's description", () => {
  it("answers 500 and keeps what it was", async () => {
    const wrong = scene.alice.api.request("POST /repos/{owner}/{repo}/check-runs", { ...scene.repo, name: 7 } as never);
    await expect(wrong).rejects.toMatchObject({ status: 500 });
    expect(scene.github.violations.splice(0)).toEqual([expect.stringContaining("request checks/create")]);
  });

  it("knows requests by their route, git's apart", async () => {
    scene.github.requests.length = 0;
    await scene.bot.pulls.get({ ...scene.repo, pull_number: 1 });
    await scene.work.git("fetch", "--quiet", "origin", "main");
    expect(scene.github.requests.map(({ kind, route, status }) => [kind, route, status])).toEqual([
      ["api", "GET /repos/{owner}/{repo}/pulls/{pull_number}", 200],
      ["git", "git-upload-pack info/refs", 200],
      ["git", "git-upload-pack git-upload-pack", 200],
    ]);
  });
});
