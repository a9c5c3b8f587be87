import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hex, toAddress } from "../../src/protocol/hex.ts";
import { toFinalizeData } from "../../src/protocol/registry-calls.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { countFinalizing, readApproval, readVersion } from "../stage/chain.ts";
import { settle } from "../stage/example.ts";
import { approve, awaitCheck, awaitComment, say, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import type { Project } from "../stage/project.ts";
import { fullName, repo } from "../stage/stage.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const names = ["merge", "squash", "rebase", "evil", "pushed", "squashed", "late", "outdated", "ahead"] as const;

let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

async function open(name: (typeof names)[number]): Promise<{ project: Project; pull: OpenedPull; comment: string }> {
  const project = projectAt(play, names.indexOf(name));
  await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
  const files = { [`${project.path}/Rules.txt`]: `Second rules of ${name}\n`, "docs/changes.md": `${name}\n` };
  const pull = await openPull(play.stage, project, { branch: `change-${name}`, files });
  return { project, pull, comment: await awaitComment(play.stage, pull.number) };
}

async function approveIt({ project, pull, comment }: Awaited<ReturnType<typeof open>>): Promise<void> {
  await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
}

/** Something else arrives in the directory on the base, so that what a merge brings about was never signed. */
async function moveBase({ path }: Project): Promise<void> {
  const { work } = play.stage;
  await work.commit({ [`${path}/Base.txt`]: "From the base\n" }, "Change the base");
  await work.git("push", "--quiet", "origin", "main");
}

/** What anybody finds at the link, with git and coreutils alone. */
async function hashOfLink(link: string): Promise<string> {
  const [, commit = "", path = ""] = /\/tree\/([0-9a-f]{40})\/(.+)$/.exec(link) ?? [];
  const directory = join(play.stage.directory, `fresh-${commit}`);
  await execa("git", ["init", "--quiet", directory]);
  await execa("git", ["fetch", "--quiet", "--depth=1", `${play.stage.github.url}/${fullName}`, commit], {
    cwd: directory,
  });
  await execa("git", ["checkout", "--quiet", "FETCH_HEAD"], { cwd: directory });
  const line =
    "find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum";
  return `0x${execFileSync("bash", ["-c", line], { cwd: join(directory, path) })
    .toString()
    .slice(0, 64)}`;
}

describe("an approved pull request", () => {
  it.each(["merge", "squash", "rebase"] as const)("is finalized after a %s", async (method) => {
    const opened = await open(method);
    await approveIt(opened);
    await awaitCheck(play.stage, opened.pull.head, "success");
    await play.stage.dev.api.pulls.merge({ ...repo, pull_number: opened.pull.number, merge_method: method });
    await play.stage.dev.api.git.deleteRef({ ...repo, ref: `heads/${opened.pull.branch}` });
    const comment = await awaitComment(play.stage, opened.pull.number, "Finalized on chain in transaction");
    const record = await readVersion(opened.project, 2);
    expect(record.contractLink).toContain(`/tree/${opened.pull.head}/${opened.project.path}`);
    expect(await hashOfLink(record.contractLink)).toBe(record.contractHash);
    expect(comment).toContain(record.contractHash);
    const { data } = await play.stage.owner.api.pulls.get({ ...repo, pull_number: opened.pull.number });
    const found = await until("a deployment of the landed commit", async () => {
      const sha = String(data.merge_commit_sha);
      const { data: all } = await play.stage.owner.api.repos.listDeployments({ ...repo, sha });
      return all.find(({ environment }) => environment.endsWith(opened.project.contract));
    });
    expect(found.payload).toMatchObject({ contractHash: record.contractHash, version: 2 });
    expect(await countFinalizing(play.stage, opened.project)).toBe(1);
  });
});

describe("a merge that lands something else than was signed", () => {
  async function expectNothing({ project, pull }: Awaited<ReturnType<typeof open>>): Promise<void> {
    const comment = await awaitComment(play.stage, pull.number, "is not what was proposed");
    expect(comment).toContain(`What landed in \`${project.path}\``);
    expect(comment).toContain("Nothing is finalized: main and chain differ.");
    const run = await awaitCheck(play.stage, pull.head, "failure");
    expect(run.output.title).toBe("Failed");
    await readVersion(project, 1);
    expect(await countFinalizing(play.stage, project)).toBe(0);
  }

  it.each([
    ["evil", "merge"],
    ["squashed", "squash"],
  ] as const)(
    "finalizes nothing: %s, the base moved inside the directory and somebody merged all the same",
    async (name, method) => {
      const opened = await open(name);
      await approveIt(opened);
      await awaitCheck(play.stage, opened.pull.head, "success");
      await moveBase(opened.project);
      await awaitCheck(play.stage, opened.pull.head, "action_required");
      await play.stage.owner.api.pulls.merge({ ...repo, pull_number: opened.pull.number, merge_method: method });
      await expectNothing(opened);
    },
  );

  it("finalizes nothing: an administrator pushed a merge with a change of his own in it", async () => {
    const opened = await open("pushed");
    await approveIt(opened);
    await awaitCheck(play.stage, opened.pull.head, "success");
    const { work } = play.stage;
    await work.git("merge", "--quiet", "--no-ff", "--no-commit", opened.pull.branch);
    await work.commit({ [`${opened.project.path}/Evil.txt`]: "Nobody signed this\n" }, "Merge, and more");
    await work.git("push", "--quiet", "origin", "main");
    await expectNothing(opened);
  });
});

describe("a pull request merged without quorum", () => {
  it("changes nothing on chain, says so, and is finalized as soon as the signatures are there", async () => {
    const opened = await open("late");
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: opened.pull.number });
    await awaitComment(play.stage, opened.pull.number, "Merged before enough signers had signed.");
    const run = await awaitCheck(play.stage, opened.pull.head, "in_progress");
    expect(run.output.title).toBe("Waiting for signatures: 0 of 2 signed");
    await readVersion(opened.project, 1);
    await approveIt(opened);
    await awaitComment(play.stage, opened.pull.number, "Finalized on chain in transaction");
    await readVersion(opened.project, 2);
    expect(await countFinalizing(play.stage, opened.project)).toBe(1);
  });

  it("is outdated once main has moved on: signatures that come then send nothing", async () => {
    const opened = await open("outdated");
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: opened.pull.number });
    await awaitComment(play.stage, opened.pull.number, "Merged before enough signers had signed.");
    await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
    await moveBase(opened.project);
    await approveIt(opened);
    const comment = await awaitComment(play.stage, opened.pull.number, "has moved on since the merge");
    expect(comment).toContain("is not sent any more");
    await awaitCheck(play.stage, opened.pull.head, "failure");
    await readVersion(opened.project, 1);
    expect(await countFinalizing(play.stage, opened.project)).toBe(0);
  });
});

describe("a quorum that somebody takes to the chain before the merge", () => {
  it("is reported: the chain is ahead of main; the merge then sends nothing more", async () => {
    const opened = await open("ahead");
    await approveIt(opened);
    await awaitCheck(play.stage, opened.pull.head, "success");
    const [, anyone] = play.stage.anvil.accounts;
    const { project, pull, comment } = opened;
    const entries = await Promise.all(
      project.signers.slice(0, 2).map(async (wallet): Promise<SignerSignature> => {
        const signature = (await signTyped(wallet, comment)) as Hex;
        return { signer: toAddress(wallet.address), kind: "account", signature };
      }),
    );
    const data = toFinalizeData(readApproval(comment), packSignatures(entries));
    await settle(await anyone.sendTransaction({ to: project.registry.address, data }), anyone);
    await say(play.stage.dev, pull.number, "/countersign status");
    await awaitComment(play.stage, pull.number, "The chain is ahead of main");
    await play.stage.dev.api.pulls.merge({ ...repo, pull_number: pull.number });
    await until(
      "the comment to change",
      async () => !(await awaitComment(play.stage, pull.number)).includes("ahead of"),
    );
    await readVersion(project, 2);
    expect(await countFinalizing(play.stage, project)).toBe(1);
  });
});
