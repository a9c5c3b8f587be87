import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AtRest, createAtRest } from "../../src/app/at-rest.ts";
import { type Installations, openInstallations } from "../../src/app/installations.ts";
import type { CommitKey, InstallationKey, PullKey, RepositoryKey } from "../../src/app/keys.ts";
import { orPostpone } from "../../src/app/postpone.ts";
import { sweepAll, sweepInstallation, toRestName } from "../../src/app/sweep.ts";
import { CountersignError, failure } from "../../src/errors.ts";
import { readHost } from "../../src/settings.ts";
import { type Scene, setScene } from "../stand-in/scene.ts";

/** Ten minutes before: what happened since would be too fresh to be believed. */
const longAgo = new Date(Date.now() - 600_000);
let scene: Scene;
let installations: Installations;
let atRest: AtRest;

beforeAll(async () => {
  scene = await setScene({ now: () => longAgo });
  const { github, work, alice, acme, app } = scene;
  await github.createRepository("acme/plain");
  github.createPerson("zoe");
  github.install(app, { account: "zoe" });
  await work.commit({ ".github/countersign.yml": "contracts: []\n" }, "Configure");
  await work.git("push", "--quiet", "origin", "main");
  for (const branch of ["one", "two"]) {
    await work.git("checkout", "--quiet", "-B", branch, "main");
    await work.commit({ [`${branch}.txt`]: "New\n" }, branch);
    await work.git("push", "--quiet", "origin", branch);
    await alice.api.pulls.create({ ...scene.repo, head: branch, base: "main", title: branch });
  }
  await acme.api.pulls.merge({ ...scene.repo, pull_number: 2 });
}, 60_000);

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

beforeEach(() => {
  const host = readHost({ GHE_HOST: scene.github.host, GHE_PROTOCOL: "http" });
  if ("problems" in host) throw new Error(host.problems[0].message);
  installations = openInstallations({ appId: 7, privateKey: scene.privateKey, host: host.value });
  atRest = createAtRest();
});

/** What one sweep of an installation finds, and what it asks. */
async function sweep(installationId = scene.installation.id) {
  const pulls: PullKey[] = [];
  const commits: string[] = [];
  const sink = {
    pull: async (key: PullKey) => void pulls.push(key),
    commit: async ({ commit }: CommitKey) => void commits.push(commit),
    installation: async () => undefined,
  };
  const listQueueHeads = async ({ repository }: RepositoryKey) => [`head of ${repository}`];
  const { requests } = scene.github;
  requests.splice(0);
  await sweepInstallation({ installationId }, { installations, sink, atRest, listQueueHeads });
  const asked = requests.splice(0).map(({ route, path }) => (route.includes("contents") ? path.slice(13, 26) : route));
  return { pulls, commits, asked };
}

describe("the sweep", () => {
  it("makes one job of each installation that is not suspended", async () => {
    const found: InstallationKey[] = [];
    const installation = async (key: InstallationKey) => void found.push(key);
    await sweepAll({ installations, sink: { installation } });
    const all = [...scene.github.world.installations.keys()];
    expect(found).toEqual(all.map((installationId) => ({ installationId })));
  });

  it("finds the open and the lately closed pull requests where there is a configuration", async () => {
    const { pulls, commits } = await sweep();
    expect(commits).toEqual(["head of vault"]);
    expect(pulls.map(({ number, repository, changedAt }) => [repository, number, changedAt !== undefined])).toEqual([
      ["vault", 1, false],
      ["vault", 2, true],
    ]);
  });

  it("does not ask again for a configuration where none was and nothing was pushed since", async () => {
    const first = await sweep();
    const second = await sweep();
    expect(first.asked.filter((path) => path === "/acme/plain/c")).toHaveLength(1);
    expect(second.asked.filter((path) => path === "/acme/plain/c")).toEqual([]);
    expect(second.asked.filter((path) => path === "/acme/vault/c")).toHaveLength(1);
  });

  it("does not pass it by under another configuration, which may make a proposal of it", async () => {
    const closed = (await sweep()).pulls.find(({ changedAt }) => changedAt !== undefined);
    if (!closed) throw new Error("the merged one was not found");
    atRest.add(toRestName(closed), closed.changedAt ?? null);
    expect((await sweep()).pulls).toHaveLength(1);
    const { git, commit } = scene.work;
    await git("fetch", "--quiet", "origin");
    await git("checkout", "--quiet", "-B", "main", "origin/main");
    await commit({ ".github/countersign.yml": "contracts: []\nterm: 7\n" }, "Configure anew");
    await git("push", "--quiet", "origin", "main");
    expect((await sweep()).pulls.map(({ number }) => number)).toEqual([1, closed.number]);
  });

  it("passes by a closed pull request that is at its end, until it changes", async () => {
    const closed = (await sweep()).pulls.find(({ changedAt }) => changedAt !== undefined);
    if (!closed) throw new Error("the merged one was not found");
    atRest.add(toRestName(closed), closed.changedAt ?? null);
    expect((await sweep()).pulls.map(({ number }) => number)).toEqual([1]);
    const pull = [...scene.github.world.repositories.values()]
      .flatMap(({ pulls }) => [...pulls.values()])
      .find(({ number }) => number === closed.number);
    if (pull) pull.updatedAt = new Date().toISOString();
    expect((await sweep()).pulls.map(({ number }) => number)).toEqual([1, 2]);
  });

  it("has a token that can change nothing", async () => {
    const { api } = await installations.survey({ installationId: scene.installation.id });
    const post = { ...scene.repo, issue_number: 1, body: "Hello" };
    await expect(api.rest.issues.createComment(post)).rejects.toMatchObject({ status: 403 });
  });

  it("stops at a suspended installation with what GitHub says", async () => {
    scene.github.suspend(scene.installation);
    await expect(sweep()).rejects.toMatchObject({ code: "INSTALLATION_GONE" });
    scene.github.unsuspend(scene.installation);
  });
});

describe("what is at rest", () => {
  it("is not believed of what has changed just now: GitHub tells seconds", () => {
    const now = Date.parse("2026-01-01T00:10:00Z");
    const known = createAtRest(() => now);
    for (const time of ["2026-01-01T00:04:00Z", "2026-01-01T00:09:59Z", "2026-01-01T00:20:00Z"]) known.add(time, time);
    known.add("never", null);
    expect(known.has("2026-01-01T00:04:00Z", "2026-01-01T00:04:00Z")).toBe(true);
    expect(known.has("2026-01-01T00:09:59Z", "2026-01-01T00:09:59Z")).toBe(false);
    expect(known.has("2026-01-01T00:20:00Z", "2026-01-01T00:20:00Z")).toBe(false);
    expect(known.has("never", null)).toBe(false);
  });
});

describe("a job that a limit ended", () => {
  const until = Date.parse("2026-01-01T01:00:00Z");
  const limited = failure("GITHUB_LIMITED", "asked too much", { until });

  it.each([
    ["itself", limited],
    [
      "joined to what it kept from succeeding",
      new CountersignError(failure("GIT_TOO_LARGE", "x").problems, { cause: limited }),
    ],
  ])("is put back for the limit's end: %s", async (_, error) => {
    const times: Date[] = [];
    await orPostpone(
      () => Promise.reject(error),
      async (time) => void times.push(time),
    );
    expect(times).toEqual([new Date(until)]);
  });

  it("is no other failure", async () => {
    const error = failure("CHAIN_UNREACHABLE", "no answer");
    const postpone = () => Promise.reject(new Error("was put back"));
    await expect(orPostpone(() => Promise.reject(error), postpone)).rejects.toBe(error);
  });
});
