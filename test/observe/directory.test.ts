import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rememberObjects } from "../../src/clients/git/remembered.ts";
import { isTouched, observeDirectory, observeHash, observeTrees } from "../../src/observe/directory.ts";
import { plantGithub } from "../helpers/github.ts";
import { openRemote, type Remote } from "../helpers/remote.ts";

const pull = { origin: "https://github.com", owner: "acme", repository: "vault" };

let remote: Remote;
beforeAll(async () => {
  remote = await openRemote();
});
afterAll(() => remote[Symbol.asyncDispose]());

async function commit(files: Record<string, string | undefined>): Promise<string> {
  const made = remote.repository.commit(files);
  await remote.git.ensureCommit(made, 10);
  return made;
}

describe("a directory", () => {
  it("is touched by its tree alone: not by neighbours, and not by a change that was taken back", async () => {
    const first = await commit({ "a/x.txt": "1", "ab/x.txt": "1" });
    const neighbour = await commit({ "ab/x.txt": "2", "a.txt": "2" });
    const changed = await commit({ "a/x.txt": "2" });
    const back = await commit({ "a/x.txt": "1" });
    const removed = await commit({ "a/x.txt": undefined });
    const touched = await Promise.all(
      [first, neighbour, changed, back, removed].map(async (head) => {
        const commits = { head, base: first, mergeBases: { commits: [first], isComplete: true } };
        const [trees] = await observeTrees(remote.git, commits, ["a"]);
        return trees && isTouched(trees);
      }),
    );
    expect(touched).toEqual([false, false, true, false, true]);
  });

  it("has a link to the last commit that changed it, and the bytes that a compiler reads", async () => {
    const { github } = plantGithub();
    const changed = await commit({ "c/deep/A.sol": "contract A {}", "c/notes.md": "no source" });
    const head = await commit({ "elsewhere.md": "more" });
    const { source, solidity } = await observeDirectory(
      { ...pull, head },
      { path: "c", kind: "uups" },
      { github, git: remote.git },
    );
    expect(source).toMatchObject({ kind: "hashed", files: 2, link: `https://github.com/acme/vault/tree/${changed}/c` });
    expect([...solidity].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ["c/deep/A.sol", "contract A {}"],
    ]);
    expect(await observeHash(remote, head, { path: "c" })).toBe(source.kind === "hashed" && source.hash);
  });

  it("T20 is previewed from what is remembered where that is given, and compared by its bytes always", async () => {
    const { github } = plantGithub();
    const { git, repository } = remote;
    const head = await commit({ "f/x.txt": "true" });
    const honest = await observeHash({ git }, head, { path: "f" });
    const lie = { sha256: "0".repeat(64), size: 4, isPointer: false };
    const lied = repository.git(["rev-parse", `${head}:f/x.txt`]);
    const store = { find: async () => new Map([[lied, lie]]), keep: async () => undefined };
    const openSubmodule = () => Promise.reject(new Error("there is none"));
    const lying = { github, git, hashing: { remembered: rememberObjects(store), openSubmodule } };
    const at = { ...pull, head };
    const { source } = await observeDirectory(at, { path: "f", kind: "record" }, lying);
    expect(source.kind === "hashed" && source.hash).not.toBe(honest);
    expect(await observeHash(lying, head, { path: "f" })).toBe(honest);
    const { source: read } = await observeDirectory(at, { path: "f", kind: "record" }, { github, git });
    expect(read.kind === "hashed" && read.hash).toBe(honest);
  });

  it("is refused with every path at fault, and has no hash to compare", async () => {
    const { github } = plantGithub();
    const { repository, git } = remote;
    const oid = repository.writeBlob("target");
    const links = ["one", "two"].map((name) => ({ mode: "120000", name, oid }));
    const head = repository.writeCommit(
      repository.writeTree([{ mode: "40000", name: "d", oid: repository.writeTree(links) }]),
    );
    repository.git(["update-ref", "refs/heads/links", head]);
    await git.ensureCommit(head);
    const { source } = await observeDirectory({ ...pull, head }, { path: "d", kind: "record" }, { github, git });
    expect(source.kind === "refused" && source.problems.map(({ code, subject }) => [code, subject])).toEqual([
      ["TREE_SYMLINK", expect.stringContaining("one")],
      ["TREE_SYMLINK", expect.stringContaining("two")],
    ]);
    expect(await observeHash({ git }, head, { path: "d" })).toBeUndefined();
    expect(await observeHash({ git }, head, { path: "nowhere" })).toBeUndefined();
  });

  it("asks GitHub where the history at hand ends, and believes it only if the tree is the same", async () => {
    const changed = await commit({ "e/x.txt": "1" });
    const other = await commit({ "e/x.txt": "2" });
    for (let index = 0; index < 3; index++) await commit({ "elsewhere.md": `${index}` });
    const head = remote.repository.commit({ "elsewhere.md": "last" });
    await using fresh = await openRemoteAgain();
    await fresh.git.ensureCommit(head, 1);
    const { github, planted } = plantGithub();
    const asked = () => planted.get("/commits").query({ sha: head, path: "e", per_page: 1 });
    asked().reply(200, [{ sha: changed }]);
    await expect(
      observeDirectory({ ...pull, head }, { path: "e", kind: "record" }, { github, git: fresh.git }),
    ).rejects.toMatchObject({
      code: "GITHUB_REFUSED",
    });
    asked().reply(200, [{ sha: other }]);
    const { source } = await observeDirectory(
      { ...pull, head },
      { path: "e", kind: "record" },
      { github, git: fresh.git },
    );
    expect(source.kind === "hashed" && source.link).toContain(`/tree/${other}/e`);
  });

  /** The same commits in a cache that has seen none of them. */
  async function openRemoteAgain(): Promise<Remote> {
    const fresh = await openRemote();
    fresh.repository.git([
      "fetch",
      "--quiet",
      "--update-head-ok",
      remote.repository.path,
      "+refs/heads/*:refs/heads/*",
    ]);
    return fresh;
  }
});
