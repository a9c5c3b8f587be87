import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observeCommits } from "../../src/observe/commits.ts";
import type { PullReading } from "../../src/observe/reading.ts";
import { baseFacts } from "../helpers/facts.ts";
import { plantGithub } from "../helpers/github.ts";
import { openRemote, type Remote } from "../helpers/remote.ts";

let remote: Remote;
let fork: string;
let head: string;
let tip: string;

beforeAll(async () => {
  remote = await openRemote();
  const { repository } = remote;
  fork = repository.commit({ "a.txt": "1" });
  repository.git(["branch", "feature"]);
  tip = repository.commit({ "b.txt": "2" });
  const tree = repository.git(["rev-parse", `${tip}^{tree}`]);
  head = repository.writeCommit(tree, { parents: [fork], message: "Head" });
  repository.git(["update-ref", "refs/heads/feature", head]);
});
afterAll(() => remote[Symbol.asyncDispose]());

function observe(change: Partial<PullReading>) {
  const { github, planted } = plantGithub();
  const { base: _, baseTip: __, ...pull } = baseFacts.pull;
  const reading: PullReading = { ...pull, head, notedBase: fork, commits: 1, ...change };
  return { planted, commits: observeCommits(reading, { github, git: remote.git }) };
}

describe("the commits of a pull request", () => {
  it("are its head and the base's tip as git has it, whatever GitHub noted", async () => {
    const found = await observe({}).commits;
    expect(found).toEqual({
      baseBranch: "main",
      head,
      base: tip,
      baseTip: tip,
      defaultTip: tip,
      mergeBases: { commits: [fork], isComplete: true },
      landed: undefined,
    });
  });

  it("are compared with the base before the merge, once merged", async () => {
    const found = await observe({ state: "merged", notedBase: fork, landed: tip }).commits;
    expect(found).toMatchObject({
      base: fork,
      baseTip: tip,
      mergeBases: { commits: [fork], isComplete: true },
      landed: tip,
    });
  });

  it("fall back to what GitHub noted where the base branch is gone", async () => {
    const found = await observe({ baseBranch: "gone" }).commits;
    expect(found).toMatchObject({ baseBranch: "gone", base: fork, baseTip: fork, defaultTip: tip });
  });

  it("are held against the default branch where a merged one's base branch is gone, and it landed there", async () => {
    const merged = { state: "merged", baseBranch: "gone", notedBase: fork } as const;
    const found = await observe({ ...merged, landed: tip }).commits;
    expect(found).toMatchObject({ baseBranch: "main", base: fork, baseTip: tip, defaultTip: tip });
    const { repository } = remote;
    const tree = repository.git(["rev-parse", `${tip}^{tree}`]);
    const merge = repository.writeCommit(tree, { parents: [tip, head], message: "Merge the feature" });
    repository.git(["update-ref", "refs/heads/main", merge]);
    // It landed on the feature's branch, which was merged as a whole.
    expect(await observe({ ...merged, landed: head }).commits).toMatchObject({ baseBranch: "gone", baseTip: fork });
    repository.git(["update-ref", "refs/heads/main", tip]);
  });

  it("have no merge base where they share no history", async () => {
    const { repository } = remote;
    const alone = repository.writeCommit(repository.git(["rev-parse", `${tip}^{tree}`]), { message: "Alone" });
    repository.git(["update-ref", "refs/heads/alone", alone]);
    expect((await observe({ head: alone }).commits).mergeBases).toEqual({ commits: [], isComplete: true });
  });
});
