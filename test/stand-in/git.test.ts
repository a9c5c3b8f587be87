import fs from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import isomorphic from "isomorphic-git";
import http from "isomorphic-git/http/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolation } from "./git/bare.ts";
import { cloneOf, type Scene, setScene } from "./scene.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
});

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

const git = (cwd: string, ...args: string[]) => execa("git", args, { cwd, env: isolation, reject: false });
const emptyRepository = async () => {
  const directory = await mkdtemp(join(scene.directory, "client-"));
  await git(directory, "init", "--quiet");
  return directory;
};

/** A pull request from bob's fork, squashed; then the fork is deleted. */
async function mergedFromDeletedFork() {
  const { acme, bob, repo, github, directory } = scene;
  await bob.api.repos.createFork(repo);
  const fork = await cloneOf(github, { url: bob.gitUrl("bob/vault"), into: join(directory, "fork") });
  await fork.git("fetch", "--quiet", "origin", "main");
  await fork.git("checkout", "--quiet", "-B", "fix", "origin/main");
  const head = await fork.commit({ "contracts/Fix.sol": "contract Fix {}\n" }, "Fix");
  await fork.git("push", "--quiet", "origin", "fix");
  const { data: pull } = await bob.api.pulls.create({ ...repo, title: "Fix", head: "bob:fix", base: "main" });
  await acme.api.pulls.merge({ ...repo, pull_number: pull.number, merge_method: "squash" });
  await bob.api.repos.delete({ owner: "bob", repo: "vault" });
  return { number: pull.number, head };
}

describe("when a commit is fetched by its id", () => {
  it("gives it to git, one deep and without blobs", async () => {
    const directory = await emptyRepository();
    const head = await scene.work.git("rev-parse", "HEAD");
    const url = `${scene.github.url}/acme/vault`;
    const fetched = await git(directory, "fetch", "--quiet", "--depth=1", "--filter=blob:none", url, head);
    expect(fetched.stderr).toBe("");
    const shown = await git(directory, "rev-list", "--objects", "--missing=print", head);
    expect(shown.stdout.split("\n").filter((line) => line.startsWith("?"))).toHaveLength(2);
  });

  it("gives a pull request's head after squash and the fork's deletion, to git and to isomorphic-git", async () => {
    const { number, head } = await mergedFromDeletedFork();
    const { data } = await scene.bot.pulls.get({ ...scene.repo, pull_number: number });
    expect(data).toMatchObject({ merged: true, head: { sha: head, repo: null } });
    const directory = await emptyRepository();
    const url = `${scene.github.url}/acme/vault.git`;
    await git(directory, "fetch", "--quiet", "--depth=1", url, head);
    expect((await git(directory, "cat-file", "-t", head)).stdout).toBe("commit");
    const dir = await emptyRepository();
    await isomorphic.addRemote({ fs, dir, remote: "origin", url });
    await isomorphic.fetch({ fs, http, dir, remoteRef: head, depth: 1, singleBranch: true, tags: false });
    expect((await isomorphic.readCommit({ fs, dir, oid: head })).commit.message).toBe("Fix\n");
    expect((await git(directory, "ls-remote", url, `refs/pull/${number}/head`)).stdout).toContain(head);
  });
});

describe("when somebody pushes", () => {
  it("wants a token", async () => {
    const push = await git(scene.work.directory, "push", `${scene.github.url}/acme/vault.git`, "HEAD:refs/heads/x");
    expect(push.stderr).toContain("could not read Username");
  });

  it("refuses who may not write, and everybody below refs/pull", async () => {
    const byBob = await git(scene.work.directory, "push", scene.bob.gitUrl("acme/vault"), "HEAD:refs/heads/x");
    expect(byBob.exitCode).not.toBe(0);
    const toPull = await git(scene.work.directory, "push", scene.acme.gitUrl("acme/vault"), "HEAD:refs/pull/9/head");
    expect(toPull.stderr).toContain("deny updating a hidden ref");
  });
});

describe("when a repository is private", () => {
  it("shows it to its people and its App only", async () => {
    const { acme, bob, bot, repo, github } = scene;
    await acme.api.repos.createForAuthenticatedUser({ name: "secret", private: true });
    const secret = { owner: "acme", repo: "secret" };
    await expect(bob.api.repos.get(secret)).rejects.toMatchObject({ status: 404 });
    expect((await bot.repos.get(secret)).data.private).toBe(true);
    const { token } = (await bot.auth({ type: "installation" })) as { token: string };
    const url = github.url.replace("://", `://x-access-token:${token}@`);
    expect((await git(scene.directory, "ls-remote", `${url}/acme/secret`)).exitCode).toBe(0);
    expect((await git(scene.directory, "ls-remote", bob.gitUrl("acme/secret"))).exitCode).not.toBe(0);
    expect((await git(scene.directory, "ls-remote", `${github.url}/acme/secret`)).stderr).toContain("Username");
    expect((await bot.repos.get(repo)).data.private).toBe(false);
  });
});

describe("when a repository was renamed", () => {
  it("redirects the API and git from the old name", async () => {
    const { acme, bot, github } = scene;
    const { data } = await acme.api.repos.createForAuthenticatedUser({ name: "before" });
    await acme.api.repos.update({ owner: "acme", repo: "before", name: "after" });
    expect((await bot.repos.get({ owner: "acme", repo: "before" })).data.full_name).toBe("acme/after");
    expect((await bot.request("GET /repositories/{id}", { id: data.id })).data).toMatchObject({ name: "after" });
    expect((await git(scene.directory, "ls-remote", `${github.url}/acme/before`)).exitCode).toBe(0);
  });
});
