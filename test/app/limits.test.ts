import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Installations, openInstallations } from "../../src/app/installations.ts";
import type { RepositoryKey } from "../../src/app/keys.ts";
import { openGithub } from "../../src/clients/github.ts";
import { readHost } from "../../src/settings.ts";
import { secondaryRateLimit } from "../stand-in/faults.ts";
import { type Scene, setScene } from "../stand-in/scene.ts";

let scene: Scene;
let installations: Installations;

function openHost(environment: Record<string, string>): Installations {
  const host = readHost(environment);
  if ("problems" in host) throw new Error(host.problems[0].message);
  return openInstallations({ appId: 7, privateKey: scene.privateKey, host: host.value });
}

async function toKey(repository: string): Promise<RepositoryKey> {
  const { data } = await scene.acme.api.repos.get({ owner: "acme", repo: repository });
  return { installationId: scene.installation.id, repositoryId: data.id, owner: "acme", repository };
}

async function open(repository: string) {
  return openKey(await toKey(repository));
}

async function openKey(key: RepositoryKey) {
  return openGithub((await installations.open(key)).api, key);
}

/** The App's requests since the last call: their statuses. */
function takeStatuses(): number[] {
  const { requests } = scene.github;
  return requests.splice(0).map(({ status }) => status);
}

beforeAll(async () => {
  scene = await setScene();
  await scene.github.createRepository("acme/secret", { private: true });
  await scene.work.git("push", "--quiet", "origin", "HEAD:refs/heads/upgrade");
  await scene.work.git("checkout", "--quiet", "-b", "upgrade");
  await scene.work.commit({ "contracts/Vault.sol": "contract Vault { }\n" }, "Second");
  await scene.work.git("push", "--quiet", "origin", "upgrade");
  await scene.alice.api.pulls.create({ ...scene.repo, head: "upgrade", base: "main", title: "Upgrade" });
}, 60_000);

afterAll(() => scene.end());

beforeEach(() => {
  installations = openHost({ GHE_HOST: scene.github.host, GHE_PROTOCOL: "http" });
});

describe("what was read before", () => {
  it("costs nothing of the hour's requests while it is unchanged, also for the next job", async () => {
    const first = await (await open("vault")).readPull(1);
    const { api } = await installations.open(await toKey("vault"));
    const readRemaining = async () => (await api.rest.rateLimit.get()).data.resources.core.remaining;
    const remaining = await readRemaining();
    const next = await open("vault");
    takeStatuses();
    expect([(await next.readPull(1)).title, takeStatuses()]).toEqual([first.title, [304]]);
    // The stand-in counts the question itself.
    expect(remaining - (await readRemaining())).toBe(1);
  });

  it("is read anew once it changed", async () => {
    const github = await open("vault");
    await github.readPull(1);
    await scene.alice.api.pulls.update({ ...scene.repo, pull_number: 1, title: "Another title" });
    takeStatuses();
    expect((await github.readPull(1)).title).toBe("Another title");
    expect(takeStatuses()).toEqual([200]);
  });

  it("is not held where it is streamed, as files are", async () => {
    const { api } = await installations.open(await toKey("vault"));
    const oid = await scene.work.git("rev-parse", "main");
    const request = { parseSuccessResponseBody: false };
    const read = () => api.request("GET /repos/{owner}/{repo}/git/commits/{oid}", { ...scene.repo, oid, request });
    takeStatuses();
    for (const { data } of [await read(), await read()]) await new Response(data).text();
    expect(takeStatuses()).toEqual([200, 200]);
  });

  it("is nothing to another repository's token", async () => {
    const { api } = await installations.open(await toKey("secret"));
    await api.rest.repos.get({ owner: "acme", repo: "secret" });
    const other = await installations.open(await toKey("vault"));
    takeStatuses();
    await expect(other.api.rest.repos.get({ owner: "acme", repo: "secret" })).rejects.toMatchObject({ status: 404 });
    expect(takeStatuses()).toEqual([404]);
  });
});

describe("a limit", () => {
  it.each([
    ["a secondary one", () => scene.github.faults.add({ ...secondaryRateLimit, on: "pulls/get" })],
    ["429", () => scene.github.faults.add({ on: "pulls/get", status: 429, headers: { "retry-after": "1" } })],
  ])("of an installation, %s, stops all that it would ask, until it ends", async (_, limit) => {
    const github = await open("vault");
    limit();
    takeStatuses();
    const error = await github.readPull(1).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "GITHUB_LIMITED", until: expect.any(Number) });
    const { until } = error as { until: number };
    const other = await open("vault");
    takeStatuses();
    await expect(other.listComments(1)).rejects.toMatchObject({ code: "GITHUB_LIMITED", until });
    expect(takeStatuses()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, until - Date.now() + 5));
    await expect(other.listComments(1)).resolves.toEqual([]);
  });

  it("of the hour names the hour's end", async () => {
    const github = await open("vault");
    const { limits } = scene.github;
    const { requestsPerHour } = limits;
    limits.requestsPerHour = 0;
    const error = await github.readPull(1).catch((cause: unknown) => cause);
    limits.requestsPerHour = requestsPerHour;
    expect(error).toMatchObject({ code: "GITHUB_LIMITED" });
    const minutes = ((error as { until: number }).until - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(50);
    expect(minutes).toBeLessThan(61);
  });

  it("of one installation is none of another's", async () => {
    scene.github.install(scene.app, { account: "alice" });
    await scene.github.createRepository("alice/mine");
    const own = await scene.alice.api.repos.get({ owner: "alice", repo: "mine" });
    const { id: installationId } = [...scene.github.world.installations.values()].at(-1) ?? scene.installation;
    const key = { installationId, repositoryId: own.data.id, owner: "alice", repository: "mine" };
    const github = await open("vault");
    scene.github.faults.add({ ...secondaryRateLimit, on: "pulls/get" });
    await expect(github.readPull(1)).rejects.toMatchObject({ code: "GITHUB_LIMITED" });
    await expect((await openKey(key)).listOpenPulls()).resolves.toEqual([]);
  });
});

/** Octokit's plugins pace requests to github.com alone. */
describe("on github.com", () => {
  const key = { installationId: 1, repositoryId: 2, owner: "acme", repository: "vault" };
  let planted: nock.Scope;

  beforeEach(() => {
    nock.disableNetConnect();
    planted = nock("https://api.github.com");
    planted.post("/app/installations/1/access_tokens").reply(201, {
      token: "ghs_1",
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
      permissions: {},
      repositories: [],
    });
    installations = openHost({});
  });

  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });

  it.each([
    ["secondary limit", 403, "You have exceeded a secondary rate limit.", {}],
    ["429", 429, "Too many requests", { "retry-after": "7" }],
    ["hour that is spent", 403, "API rate limit exceeded", { "x-ratelimit-remaining": "0" }],
  ])("a %s is asked about once, and waited for nowhere", async (_, status, message, headers) => {
    const reset = { "x-ratelimit-reset": String(Math.floor(Date.now() / 1000) + 7) };
    planted.get("/repos/acme/vault/pulls/1").reply(status, { message }, { ...headers, ...reset });
    planted.get("/repos/acme/vault/pulls/1").reply(200, {});
    const github = await openKey(key);
    const start = performance.now();
    await expect(github.readPull(1)).rejects.toMatchObject({ code: "GITHUB_LIMITED" });
    expect(performance.now() - start).toBeLessThan(1_000);
    expect(nock.pendingMocks()).toHaveLength(1);
  });

  it("a limit lasts until the latest end that was told of, in whatever order the answers came", async () => {
    const limit = (seconds: string) => [429, { message: "Too many requests" }, { "retry-after": seconds }] as const;
    planted
      .get("/repos/acme/vault/pulls/1")
      .delay(300)
      .reply(...limit("60"));
    planted
      .get("/repos/acme/vault/issues/1/comments")
      .query(true)
      .delay(600)
      .reply(...limit("1"));
    const github = await openKey(key);
    await Promise.allSettled([github.readPull(1), github.listComments(1)]);
    expect(nock.pendingMocks()).toEqual([]);
    const error = await github.readPull(2).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "GITHUB_LIMITED" });
    expect((error as { until: number }).until - Date.now()).toBeGreaterThan(30_000);
  });
});
