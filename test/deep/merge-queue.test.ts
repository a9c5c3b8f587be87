import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing } from "../stage/chain.ts";
import { approve, awaitCheck, awaitComment } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { fullName, repo } from "../stage/stage.ts";
import { type OpenedPull, openPull, protect } from "../stage/upgrade.ts";
import type { MergeGroup, QueueMethod } from "../stand-in/merge-queue.ts";

const names = [
  "one",
  "squash",
  "first",
  "second",
  "twice",
  "same",
  "evil",
  "moved",
  "unsigned",
  "lost",
  "rerun",
  "done",
  "ahead",
  "behind",
] as const;
type Name = (typeof names)[number];

let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
  await protect(play.stage);
});

afterAll(async () => expect(await play?.end()).toEqual([]));

const projectOf = (name: Name) => projectAt(play, names.indexOf(name));

async function open(
  name: Name,
  { branch = name, files }: { branch?: string; files?: Record<string, string> | undefined } = {},
) {
  const project = projectOf(name);
  await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
  const rules = { [`${project.path}/Rules.txt`]: `Second rules of ${name}\n` };
  return openPull(play.stage, project, { branch, files: files ?? rules });
}

async function openApproved(name: Name, options?: { branch?: string; files?: Record<string, string> | undefined }) {
  const pull = await open(name, options);
  const comment = await awaitComment(play.stage, pull.number);
  await approve(play.stage, pull.number, { wallets: projectOf(name).signers.slice(0, 2), comment });
  await awaitCheck(play.stage, pull.head, "success");
  return pull;
}

async function queue(pulls: readonly OpenedPull[], method?: QueueMethod): Promise<readonly MergeGroup[]> {
  return play.stage.owner.enqueue(
    fullName,
    pulls.map(({ number }) => number),
    method,
  );
}

async function expectFinalized(name: Name, { number }: OpenedPull): Promise<void> {
  await awaitVersion(projectOf(name), 2);
  await awaitComment(play.stage, number, "Finalized on chain in transaction");
  expect(await countFinalizing(play.stage, projectOf(name))).toBe(1);
}

describe("a merge group", () => {
  it.each<[Name, QueueMethod]>([
    ["one", "merge"],
    ["squash", "squash"],
  ])("of one approved proposal may land, and is finalized: %s by %s", async (name, method) => {
    const pull = await openApproved(name);
    const [group] = await queue([pull], method);
    const run = await awaitCheck(play.stage, String(group?.sha), "success");
    expect(run.output.title).toBe("May land");
    expect(run.output.summary).toBe(`- #${pull.number}: Approved`);
    expect(await group?.settle()).toBe("merged");
    await expectFinalized(name, pull);
  });

  it("of several proposals may land, each upon the one before it, and all are finalized", async () => {
    const pulls = [await openApproved("first"), await openApproved("second")];
    const groups = await queue(pulls);
    for (const group of groups) await awaitCheck(play.stage, group.sha, "success");
    const last = await awaitCheck(play.stage, String(groups[1]?.sha), "success");
    expect(last.output.summary).toBe(pulls.map(({ number }) => `- #${number}: Approved`).join("\n"));
    for (const group of groups) expect(await group.settle()).toBe("merged");
    await expectFinalized("first", pulls[0] as OpenedPull);
    await expectFinalized("second", pulls[1] as OpenedPull);
  });

  it("must not land where one before it proposes the next version of the same contract", async () => {
    const files = { "rules/twice/Rules.txt": "Second rules of twice\n" };
    const pulls = [await openApproved("twice", { files }), await openApproved("twice", { branch: "again", files })];
    const [first, later] = await queue(pulls);
    await awaitCheck(play.stage, String(first?.sha), "success");
    const run = await awaitCheck(play.stage, String(later?.sha), "failure");
    expect(run.output.title).toBe("Must not land");
    expect(run.output.summary).toContain(`#${pulls[1]?.number} and #${pulls[0]?.number}, which would land before it`);
    expect(await first?.settle()).toBe("merged");
    expect(await later?.settle()).toBe("invalidated");
    await expectFinalized("twice", pulls[0] as OpenedPull);
  });

  it("must not land with another hash than was signed: of two changes that git can merge, the later", async () => {
    const files = [{ "rules/same/One.txt": "One\n" }, { "rules/same/Two.txt": "Two\n" }];
    const pulls = [
      await openApproved("same", { files: files[0] }),
      await openApproved("same", { branch: "two", files: files[1] }),
    ];
    const [first, later] = await queue(pulls);
    await awaitCheck(play.stage, String(first?.sha), "success");
    const run = await awaitCheck(play.stage, String(later?.sha), "failure");
    expect(run.output.summary).toContain(`which would land before it, both propose the next version`);
    expect(run.output.summary).toContain(`What would land in \`rules/same\` is not what #${pulls[1]?.number} proposes`);
  });

  it.each([
    ["the directory of its proposal", "rules/evil/Evil.txt", "What would land in `rules/evil` is not what"],
    ["a directory that it does not propose", "rules/lost/Evil.txt", "`rules/lost` would change, and no pull request"],
  ])("must not land with a change in it that nobody signed, in %s", async (_, path, words) => {
    const pull = await openApproved("evil", {
      branch: path.replaceAll("/", "-"),
      files: { "rules/evil/Rules.txt": path },
    });
    const { work } = play.stage;
    const base = await work.git("rev-parse", "main");
    await work.git("checkout", "--quiet", "-B", "queued", "main");
    await work.git("merge", "--quiet", "--no-ff", "--no-commit", pull.branch);
    const head = await work.commit({ [path]: "Nobody signed this\n" }, `Merge pull request #${pull.number}`);
    await work.git("push", "--quiet", "origin", `HEAD:refs/heads/gh-readonly-queue/main/pr-${pull.number}-${base}`);
    await work.git("checkout", "--quiet", "main");
    const run = await awaitCheck(play.stage, head, "failure");
    expect(run.output.summary).toContain(words);
  });

  it("must not land once its base branch has moved", async () => {
    const pull = await openApproved("moved");
    play.stage.github.webhooks.hold();
    const [group] = await queue([pull]);
    await play.stage.work.commit({ "docs/moved.md": "Moved\n" }, "Move");
    await play.stage.work.git("push", "--quiet", "origin", "main");
    play.stage.github.webhooks.release();
    const run = await awaitCheck(play.stage, String(group?.sha), "failure");
    expect(run.output.summary).toContain("does not stand upon the newest commit of its base branch");
    expect(await group?.settle()).toBe("invalidated");
  });

  it("must not land without a quorum, whoever queued it", async () => {
    const pull = await open("unsigned");
    await awaitCheck(play.stage, pull.head, "in_progress");
    const [group] = await queue([pull]);
    const run = await awaitCheck(play.stage, String(group?.sha), "failure");
    expect(run.output.summary).toContain(`#${pull.number}: Waiting for signatures: 0 of 2 signed`);
    expect(await group?.settle()).toBe("invalidated");
  });

  it("must not land in the name of a pull request that has landed before", async () => {
    const land = async (text: string, version: number) => {
      const pull = await openApproved("done", { branch: text, files: { "rules/done/Rules.txt": text } });
      const [group] = await queue([pull]);
      await awaitCheck(play.stage, String(group?.sha), "success");
      expect(await group?.settle()).toBe("merged");
      await awaitVersion(projectOf("done"), version);
      return pull;
    };
    const first = await land("first-rules", 2);
    await land("other-rules", 3);
    const back = await open("done", { branch: "back", files: { "rules/done/Rules.txt": "first-rules" } });
    await awaitCheck(play.stage, back.head, "Waiting for signatures: 0 of 2 signed");
    const base = await play.stage.work.git("rev-parse", "main");
    const ref = `refs/heads/gh-readonly-queue/main/pr-${first.number}-${base}`;
    await play.stage.work.git("push", "--quiet", "origin", `${back.head}:${ref}`);
    const run = await awaitCheck(play.stage, back.head, "failure");
    expect(run.output.summary).toContain(`#${first.number} is not open`);
  });

  it("is judged anew where one before it lands while its pull requests are read", async () => {
    const pulls = [await openApproved("ahead"), await openApproved("behind")];
    const [ahead, behind] = await queue(pulls);
    await awaitCheck(play.stage, String(ahead?.sha), "success");
    const { id } = await awaitCheck(play.stage, String(behind?.sha), "success");
    play.stage.github.faults.add({ on: "pulls/get", delay: 10_000 });
    await play.stage.owner.api.checks.rerequestRun({ ...repo, check_run_id: id });
    await setTimeout(5_000); // git is read, and the first pull request is not
    expect(await ahead?.settle()).toBe("merged");
    await expectFinalized("ahead", pulls[0] as OpenedPull);
    await setTimeout(10_000);
    await awaitCheck(play.stage, String(behind?.sha), "success");
    expect(await behind?.settle()).toBe("merged");
  });

  it("is found by the next start where its webhooks were lost", async () => {
    const pull = await openApproved("lost");
    play.stage.github.webhooks.misfortune = () => "lost";
    const [group] = await queue([pull]);
    await play.stage.github.idle();
    play.stage.github.webhooks.misfortune = undefined;
    await play.bot.stop("SIGKILL");
    await play.start();
    await awaitCheck(play.stage, String(group?.sha), "success");
    expect(await group?.settle()).toBe("merged");
    await expectFinalized("lost", pull);
  });

  it("is judged again when somebody asks for its check again", async () => {
    const pull = await open("rerun");
    await awaitCheck(play.stage, pull.head, "in_progress");
    const [group] = await queue([pull]);
    const run = await awaitCheck(play.stage, String(group?.sha), "failure");
    const comment = await awaitComment(play.stage, pull.number);
    await approve(play.stage, pull.number, { wallets: projectOf("rerun").signers.slice(0, 2), comment });
    await awaitCheck(play.stage, pull.head, "success");
    await play.stage.owner.api.checks.rerequestRun({ ...repo, check_run_id: run.id });
    await awaitCheck(play.stage, String(group?.sha), "success");
  });
});
