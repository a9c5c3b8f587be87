import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observeHeadPolicy, observePolicy } from "../../src/observe/policy.ts";
import { contract } from "../helpers/facts.ts";
import { openRemote, type Remote } from "../helpers/remote.ts";

const path = ".github/countersign.yml";
const good = `contracts: [{address: '${contract}', chain: 1, path: contracts, kind: record}]\n`;

let remote: Remote;
beforeAll(async () => {
  remote = await openRemote();
});
afterAll(() => remote[Symbol.asyncDispose]());

async function commit(content: string | undefined): Promise<string> {
  const made = remote.repository.commit({ "README.md": `${Math.random()}`, [path]: content });
  await remote.git.ensureCommit(made);
  return made;
}

describe("the configuration of a commit", () => {
  it("is read", async () => {
    const found = await observePolicy(remote.git, await commit(good));
    expect(found).toMatchObject({ kind: "valid", policy: { contracts: [{ address: contract, path: "contracts" }] } });
  });

  it("may be absent", async () => {
    expect(await observePolicy(remote.git, await commit(undefined))).toEqual({ kind: "absent" });
  });

  it("is told with every problem where it is wrong", async () => {
    const found = await observePolicy(remote.git, await commit("contracts: []\nterm: 0\nextra: 1\n"));
    expect(found).toMatchObject({ kind: "invalid" });
    expect(found.kind === "invalid" && found.problems.length).toBe(3);
  });

  it("is wrong where it is a directory or a link", async () => {
    const { repository, git } = remote;
    const blob = repository.writeBlob("elsewhere.yml");
    for (const entry of [
      { mode: "120000", name: "countersign.yml", oid: blob },
      { mode: "40000", name: "countersign.yml", oid: repository.writeTree([{ mode: "100644", name: "a", oid: blob }]) },
    ]) {
      const tree = repository.writeTree([{ mode: "40000", name: ".github", oid: repository.writeTree([entry]) }]);
      const made = repository.writeCommit(tree);
      repository.git(["update-ref", "refs/heads/odd", made]);
      await git.ensureCommit(made);
      expect(await observePolicy(git, made)).toMatchObject({ kind: "invalid" });
    }
  });
});

describe("the head's own copy", () => {
  it.each<[string, string | undefined, string | undefined, boolean]>([
    ["is fine", good, `${good}term: 3\n`, false],
    ["is the same", "contracts: []\n", "contracts: []\n", false],
    ["is removed", good, undefined, false],
    ["is broken", good, "contracts: []\n", true],
    ["is new and broken", undefined, "contracts: []\n", true],
  ])("%s", async (_, obeyed, head, hasProblems) => {
    const commits = { obeyed: await commit(obeyed), head: await commit(head) };
    expect((await observeHeadPolicy(remote.git, commits)).length > 0).toBe(hasProblems);
  });
});
