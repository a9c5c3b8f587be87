import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { findLastChange } from "../../src/clients/git/history.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import type { NativeGit } from "../../src/clients/git/native-git.ts";
import { createRepositories } from "../../src/clients/git/repositories.ts";
import { CountersignError } from "../../src/errors.ts";
import { nativeGit } from "../helpers/gits.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import type { Person } from "../stand-in/people.ts";
import { type StandIn, startStandIn } from "../stand-in/start.ts";

describe("a repository whose pack is over the limit", () => {
  let github: StandIn;
  let acme: Person;
  let repository: Repository;
  let scratch: string;
  let commits: string[];
  let count = 0;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "countersign-fallback-"));
    github = await startStandIn({ directory: scratch });
    acme = github.createPerson("acme");
    repository = createRepository();
    const noise = Array.from({ length: 40 }, (_, index) => [`other/${index}`, `${Math.sin(index)}`.repeat(200)]);
    commits = [
      repository.commit({ ...Object.fromEntries(noise), "d/a": "1", "d/deep/é": "2" }),
      repository.commit({ "d/a": "changed" }),
      repository.commit({ "other/0": "elsewhere" }),
    ];
    await github.createRepository("acme/vault", { from: repository.path });
  });
  afterAll(async () => {
    expect(github.violations).toEqual([]);
    await github.stop();
    repository[Symbol.dispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  function open({ git, api = acme.api }: { git?: NativeGit; api?: Person["api"] | undefined } = {}) {
    const { openRemote } = createRepositories({
      git,
      api,
      origin: github.url,
      enterpriseOrigin: github.url,
      toDirectory: () => join(scratch, `cache-${count++}`),
      limits: { packBytes: 4_000 },
    });
    return openRemote(`${github.url}/acme/vault`);
  }

  it("is hashed over GitHub's API, to the hash that the repository itself gives", async () => {
    const [, , head = ""] = commits;
    const remote = open();
    await remote.ensureCommit(head, 2);
    const place = { commit: head, path: "d" };
    expect(await hashDirectory(remote, place)).toEqual(
      await hashDirectory(await openLocalRepository(repository.path), place),
    );
  });

  it("shows the commits that were asked for, and none behind them", async () => {
    const [, changed = "", head = ""] = commits;
    const remote = open();
    await remote.ensureCommit(head, 1);
    expect(await findLastChange(remote, { head, paths: ["d"] })).toEqual({ shallow: changed });
    await remote.ensureCommit(head, 3);
    expect(await findLastChange(remote, { head, paths: ["d"] })).toEqual({ commit: changed });
  });

  it("is refused where there is no API to ask", async () => {
    const { openRemote } = createRepositories({
      git: undefined,
      origin: github.url,
      enterpriseOrigin: github.url,
      toDirectory: () => join(scratch, "none"),
      limits: { packBytes: 4_000 },
    });
    const refused = openRemote(`${github.url}/acme/vault`).ensureCommit(commits[2] ?? "");
    await expect(refused).rejects.toMatchObject({ code: "GIT_TOO_LARGE", kind: "refusal" });
  });

  it.each([
    ["answers in another shape", { body: { hello: "world" } }, ["GIT_TOO_LARGE", "GITHUB_REFUSED"], "refusal"],
    ["says no", { status: 403, body: { message: "no" } }, ["GIT_TOO_LARGE", "GITHUB_REFUSED"], "refusal"],
    ["lacks the commit", { status: 404, body: { message: "Not Found" } }, ["GIT_TOO_LARGE"], "refusal"],
    ["cannot answer now", { status: 502, body: "later" }, ["GITHUB_UNREACHABLE", "GIT_TOO_LARGE"], "fault"],
  ])("is refused as too large, and why else, where the API %s", async (_, fault, codes, kind) => {
    for (const on of ["git/get-commit", "git/get-tree", "git/get-blob"] as const)
      github.faults.add({ on, status: 200, times: 10, ...fault });
    const error = await open()
      .ensureCommit(commits[2] ?? "")
      .catch((thrown: unknown) => thrown);
    github.faults.clear();
    expect(error).toBeInstanceOf(CountersignError);
    const { problems } = error as CountersignError;
    expect({ codes: problems.map(({ code }) => code), kind: (error as CountersignError).kind }).toEqual({
      codes,
      kind,
    });
  });

  it("is no case for native git, which fetches the files that are asked for", async () => {
    const [, , head = ""] = commits;
    const asked = () => github.requests.filter(({ kind }) => kind === "api").length;
    const before = asked();
    const remote = open({ git: nativeGit });
    await remote.ensureCommit(head);
    expect((await hashDirectory(remote, { commit: head, path: "d" })).files).toHaveLength(2);
    expect(asked()).toBe(before);
  });
});
