import { createSign, generateKeyPairSync } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silent } from "./people.ts";
import { type Scene, setScene } from "./scene.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
});

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

const { privateKey: otherKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

function client(options: object): Octokit {
  return new Octokit({ log: silent, baseUrl: scene.github.apiUrl, ...options });
}

async function tokenFor(request: object): Promise<Octokit> {
  const { data } = await scene.robot.apps.createInstallationAccessToken({
    installation_id: scene.installation.id,
    ...request,
  });
  return client({ auth: data.token });
}

describe("when an App signs in", () => {
  it("knows it by its key alone", async () => {
    expect((await scene.robot.apps.getAuthenticated()).data).toMatchObject({ slug: "countersign" });
    const forger = client({ authStrategy: createAppAuth, auth: { appId: 7, privateKey: otherKey } });
    await expect(forger.apps.getAuthenticated()).rejects.toMatchObject({ status: 401 });
  });

  it.each([
    ["is over", { iat: -700, exp: -100 }],
    ["lasts too long", { iat: 0, exp: 3600 }],
    ["was made in the future", { iat: 600, exp: 1100 }],
  ])("refuses a JWT that %s", async (_, { iat, exp }) => {
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: 7, iat: now + iat, exp: now + exp })}`;
    const signature = createSign("RSA-SHA256").update(signed).sign(scene.privateKey, "base64url");
    const headers = { authorization: `bearer ${signed}.${signature}` };
    await expect(client({}).request("GET /app", { headers })).rejects.toMatchObject({ status: 401 });
  });
});

describe("when an installation's token is used", () => {
  it("may be narrowed to a repository and to permissions", async () => {
    await scene.github.createRepository("acme/other", { private: true });
    const narrow = await tokenFor({ repositories: ["vault"], permissions: { checks: "write" } });
    await expect(narrow.repos.get({ owner: "acme", repo: "other" })).rejects.toMatchObject({ status: 404 });
    const comment = narrow.issues.createComment({ ...scene.repo, issue_number: 1, body: "Hi" });
    await expect(comment).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining("not accessible by integration"),
    });
    const { data } = await narrow.apps.listReposAccessibleToInstallation();
    expect(data.repositories.map(({ name }) => name)).toEqual(["vault"]);
  });

  it("is refused more than the App has", async () => {
    await expect(tokenFor({ permissions: { contents: "write" } })).rejects.toMatchObject({ status: 422 });
    await expect(tokenFor({ repositories: ["nothing"] })).rejects.toMatchObject({ status: 422 });
  });

  it("is worth nothing after its time, and nothing while the installation is suspended", async () => {
    const api = await tokenFor({});
    scene.github.suspend(scene.installation);
    await expect(api.repos.get(scene.repo)).rejects.toMatchObject({ status: 401 });
    scene.github.unsuspend(scene.installation);
    expect((await api.repos.get(scene.repo)).status).toBe(200);
    scene.github.expireTokens();
    await expect(api.repos.get(scene.repo)).rejects.toMatchObject({ status: 401 });
  });
});

describe("when a repository is an organization's", () => {
  it("is administered by the organization's owners, and webhooks name the organization", async () => {
    const { github, alice, app, inbox } = scene;
    github.createOrganization("guild", [alice]);
    await github.createRepository("guild/tower");
    github.install(app, { account: "guild", repositories: ["tower"] });
    const content = Buffer.from("x").toString("base64");
    const file = { owner: "guild", repo: "tower", path: "README.md", message: "First", content };
    await alice.api.repos.createOrUpdateFileContents(file);
    await github.idle();
    const push = inbox.received.findLast(({ event }) => event === "push");
    expect(push?.payload).toMatchObject({ organization: { login: "guild" }, repository: { full_name: "guild/tower" } });
  });
});

describe("when check runs are written", () => {
  it("takes them from Apps alone, each its own", async () => {
    const head = await scene.work.git("rev-parse", "HEAD");
    const check = { ...scene.repo, name: "countersign", head_sha: head };
    const byPerson = scene.acme.api.checks.create({ ...check, conclusion: "success" });
    await expect(byPerson).rejects.toMatchObject({ status: 403 });
    const bot = await tokenFor({});
    const { data: run } = await bot.checks.create(check);
    const rival = scene.github.createApp({ id: 8, slug: "rival", publicKey: otherKey });
    const installation = scene.github.install(rival, { account: "acme" });
    const auth = { appId: 8, privateKey: otherKey, installationId: installation.id };
    const other = client({ authStrategy: createAppAuth, auth });
    const steal = other.checks.update({ ...scene.repo, check_run_id: run.id, conclusion: "success" });
    await expect(steal).rejects.toMatchObject({ status: 403 });
    await other.checks.create({ ...check, conclusion: "success" });
    const { data } = await bot.checks.listForRef({ ...scene.repo, ref: head, check_name: "countersign", app_id: 7 });
    expect(data.check_runs.map(({ id, conclusion }) => [id, conclusion])).toEqual([[run.id, null]]);
  });

  it("calls a run stale that was not renewed for fourteen days", async () => {
    const bot = await tokenFor({});
    const head = await scene.work.git("rev-parse", "HEAD");
    const started_at = new Date(Date.now() - 15 * 24 * 3600 * 1000).toISOString();
    const { data } = await bot.checks.create({
      ...scene.repo,
      name: "old",
      head_sha: head,
      status: "in_progress",
      started_at,
    });
    expect(data).toMatchObject({ status: "completed", conclusion: "stale" });
  });
});
