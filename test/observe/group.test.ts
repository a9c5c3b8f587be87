import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observeGroup } from "../../src/observe/group.ts";
import { plantGithub } from "../helpers/github.ts";
import { openRemote, type Remote } from "../helpers/remote.ts";

let remote: Remote;
let tip: string;

beforeAll(async () => {
  remote = await openRemote();
  tip = remote.repository.commit({ "a.txt": "1" });
});
afterAll(() => remote[Symbol.asyncDispose]());

/** A commit upon these parents; where it is queued, with the branch that GitHub gives it. */
function land(parents: readonly string[], number?: number): string {
  const { repository } = remote;
  const [parent = tip] = parents;
  const message = `Land ${number}`;
  const commit = repository.writeCommit(repository.git(["rev-parse", `${tip}^{tree}`]), { parents, message });
  if (number !== undefined)
    repository.git(["update-ref", `refs/heads/gh-readonly-queue/main/pr-${number}-${parent}`, commit]);
  return commit;
}

async function observe(commit: string) {
  const { github, planted, assertAsked } = plantGithub();
  return { planted, assertAsked, group: observeGroup(commit, { github, git: remote.git }) };
}

describe("a merge group", () => {
  it("is none where no branch of the queue has the commit", async () => {
    expect(await (await observe(tip)).group).toBeUndefined();
  });

  it("has the pull requests of all branches between the base and its head, in their order", async () => {
    const first = land([tip], 11);
    const second = land([land([first])], 12);
    const third = land([second, land([tip])], 13);
    const { group, assertAsked } = await observe(third);
    expect(await group).toEqual({ head: third, baseBranch: "main", baseTip: tip, numbers: [11, 12, 13] });
    assertAsked();
  });

  it("finds a merge without a branch of its own by its second parent, and only where that is a head", async () => {
    const head = land([tip]);
    const group = land([land([tip, head])], 22);
    const { github, planted, assertAsked } = plantGithub();
    const main = { ref: "main" };
    planted.get(`/commits/${head}/pulls?per_page=100`).reply(200, [
      { number: 21, head: { sha: head }, base: main },
      { number: 99, head: { sha: tip }, base: main },
      { number: 98, head: { sha: head }, base: { ref: "stable" } },
    ]);
    expect((await observeGroup(group, { github, git: remote.git }))?.numbers).toEqual([21, 22]);
    assertAsked();
  });

  it("stands upon nothing where its base moved, or is gone", async () => {
    const { repository } = remote;
    const group = land([tip], 31);
    repository.git(["update-ref", "refs/heads/main", land([tip])]);
    expect(await (await observe(group)).group).toMatchObject({ baseTip: undefined, numbers: [31] });
    repository.git(["update-ref", "refs/heads/main", tip]);
  });
});
