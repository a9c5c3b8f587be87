import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLive } from "../helpers/inert.ts";
import { awaitCheck, awaitComment } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { configure } from "../stage/records.ts";
import { repo } from "../stage/stage.ts";
import { openPull, pushTo } from "../stage/upgrade.ts";

let play: Play;

beforeAll(async () => {
  play = await openPlay({ project: { signers: 3, threshold: 2 }, records: { paths: ["rules"] } });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

const many = Object.fromEntries(
  Array.from({ length: 3_000 }, (_, index) => [`docs/${String(index).padStart(4, "0")}.md`, `${index}\n`]),
);

async function open(branch: string, files: Record<string, string | undefined>, base = "main") {
  return openPull(play.stage, projectAt(play, 0), { branch, files, base });
}

async function commentsOf(number: number): Promise<number> {
  return (await play.stage.owner.api.issues.listComments({ ...repo, issue_number: number })).data.length;
}

describe("a pull request that touches no registered directory", () => {
  it.each<[string, Record<string, string>]>([
    ["few files", { "docs/a.md": "A\n" }],
    [
      "neighbours whose names begin alike",
      { "rules2/Rules.txt": "2\n", "rules.md": "3\n", "contracts/vault-v2/A.sol": "4\n" },
    ],
    ["3,001 files", { ...many, "zebra.md": "The last\n" }],
  ])("gets a quiet, green check: %s", async (name, files) => {
    const { number, head } = await open(`quiet-${name.length}`, files);
    const run = await awaitCheck(play.stage, head, "success");
    expect(run.output.title).toBe("No registered contract is touched");
    expect(await commentsOf(number)).toBe(0);
  });
});

describe("a pull request of 3,001 files of which one is registered, the last by name", () => {
  it("is a proposal: tree ids tell, where GitHub's list of files is cut off", async () => {
    const { number, head } = await open("one-of-many", { ...many, "rules/Rules.txt": "Second\n" });
    const { data } = await play.stage.dev.api.pulls.get({ ...repo, pull_number: number });
    expect(data.changed_files).toBe(3_001);
    const run = await awaitCheck(play.stage, head, "in_progress");
    expect(run.output.title).toBe("Waiting for signatures: 0 of 2 signed");
    expect(await awaitComment(play.stage, number)).toContain("`rules`");
  });
});

describe("a pull request to a branch that is not listed", () => {
  it("gets a quiet, green check", async () => {
    await play.stage.work.git("push", "--quiet", "origin", "main:refs/heads/stable");
    await play.stage.work.git("branch", "--quiet", "stable", "main");
    const { number, head } = await open("to-stable", { "docs/stable.md": "Stable\n" }, "stable");
    await play.stage.work.git("checkout", "--quiet", "main");
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Not a proposal");
    expect(await commentsOf(number)).toBe(0);
  });

  it("is not green where its commit would change a registered directory of a listed branch", async () => {
    const { number, head } = await open("rules-to-stable", { "rules/Rules.txt": "Stable\n" }, "stable");
    await play.stage.work.git("checkout", "--quiet", "main");
    const run = await awaitCheck(play.stage, head, "in_progress");
    expect(run.output.title).toBe("Not a proposal, but elsewhere");
    expect(run.output.summary).toContain("`rules`");
    expect(await commentsOf(number)).toBe(0);
  });
});

describe("a directory that cannot be proposed", () => {
  async function expectBlocked({ number, head }: { number: number; head: string }, words: readonly string[]) {
    const run = await awaitCheck(play.stage, head, "action_required");
    expect(run.output.title).toContain("Cannot be proposed as it is");
    const comment = await awaitComment(play.stage, number, words[0]);
    for (const word of words) expect(`${run.output.summary}`).toContain(word);
    expect(findLive(comment, { host: play.stage.github.host })).toEqual([]);
  }

  it("names the symbolic link in it, and every other path at fault", async () => {
    const { work, dev } = play.stage;
    await work.git("checkout", "--quiet", "-b", "linked", "main");
    await mkdir(join(work.directory, "rules/deep"), { recursive: true });
    await symlink("../../README.md", join(work.directory, "rules/deep/link`@acme|<b>"));
    await symlink("/etc/passwd", join(work.directory, "rules/passwd"));
    const head = await work.commit({}, "Link");
    await work.git("push", "--quiet", "origin", "linked");
    await work.git("checkout", "--quiet", "main");
    const { data } = await dev.api.pulls.create({ ...repo, title: "Link", head: "linked", base: "main" });
    await expectBlocked({ number: data.number, head }, ["TREE_SYMLINK", "deep/link\\u{60}@acme\\u{7c}<b>", "passwd"]);
  });

  it("says that it was removed", async () => {
    const pull = await open("removed", { "rules/Rules.txt": undefined });
    await expectBlocked(pull, ["This pull request removes `rules`"]);
  });

  it("tells the compiler's words where it does not build", async () => {
    const pull = await open("broken", { "contracts/vault/Vault.sol": "contract Vault { uint x = ; } // `@acme\n" });
    await expectBlocked(pull, ["`BUILD_FAILED`", "Expected primary expression"]);
  });

  it("refuses a constructor that reads its caller", async () => {
    const { work } = play.stage;
    const source = await work.git("show", "main:contracts/vault/Vault.sol");
    const addition = "constructor() { assembly { sstore(7, caller()) } }\n\n    event Deposited";
    const hostile = source.replace("event Deposited", addition);
    expect(hostile).not.toBe(source);
    const pull = await open("caller", { "contracts/vault/Vault.sol": hostile });
    await expectBlocked(pull, ["reads `CALLER`", "move that into an initializer"]);
  });
});

describe("the configuration", () => {
  it("is obeyed as it stands on the default branch; a broken copy on the head is shown", async () => {
    const { number, head } = await open("own-policy", { ".github/countersign.yml": "contracts: []\nterms: 5\n" });
    const run = await awaitCheck(play.stage, head, "success");
    expect(run.output.title).toBe("No registered contract is touched");
    expect(run.output.summary).toContain("This branch's own configuration has errors");
    expect(run.output.summary).toContain("terms");
    expect(await commentsOf(number)).toBe(0);

    const next = await pushTo(play.stage, "own-policy", { "rules/Rules.txt": "Policy\n" });
    await awaitCheck(play.stage, next, "in_progress");
    expect(await awaitComment(play.stage, number)).toContain("This branch's copy of the configuration has errors");
  });

  it("stops every proposal with each of its problems while it is broken, and lets them go on once it is mended", async () => {
    const { number, head } = await open("waiting", { "rules/Rules.txt": "Waiting\n" });
    await awaitCheck(play.stage, head, "in_progress");
    await awaitComment(play.stage, number);
    const { work } = play.stage;
    const broken = "contracts:\n  - {address: '0x12', chain: 0, path: ../x, kind: uups}\nterms: 5\n";
    await work.commit({ ".github/countersign.yml": broken }, "Break the configuration");
    await work.git("push", "--quiet", "origin", "main");
    const run = await awaitCheck(play.stage, head, "action_required");
    for (const words of ["line 2", "contracts.0.address", "contracts.0.chain", "contracts.0.path", "terms"]) {
      expect(run.output.summary).toContain(words);
    }
    const comment = await awaitComment(play.stage, number, "The configuration on the default branch has errors");
    expect(comment).toContain("contracts.0.chain");
    await configure(play.stage, play.projects);
    await awaitCheck(play.stage, head, "in_progress");
    await awaitComment(play.stage, number, "#### 0 of 2 signed");
  });

  it("may be absent: then every check is green, and sticky comments say that there is nothing to sign", async () => {
    const { number, head } = await open("no-policy", { "rules/Rules.txt": "None\n" });
    await awaitComment(play.stage, number);
    await play.stage.work.commit({ ".github/countersign.yml": undefined }, "Remove the configuration");
    await play.stage.work.git("push", "--quiet", "origin", "main");
    const run = await awaitCheck(play.stage, head, "success");
    expect(run.output.title).toBe("No contract is registered here");
    await awaitComment(play.stage, number, "There is nothing to sign here.");
  });
});
