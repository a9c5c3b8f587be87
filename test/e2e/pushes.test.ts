import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approve, awaitCheck, awaitComment, review, reviewer, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { type Project, signerAt } from "../stage/project.ts";
import { type OpenedPull, openPull, pushTo } from "../stage/upgrade.ts";

let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: ["rules/a", "rules/b", "rules/c"] } });
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

/** A pull request on one of the records that both its signers approved. */
async function openApproved(index: number): Promise<{ project: Project; pull: OpenedPull }> {
  const project = projectAt(play, index);
  const files = { [`${project.path}/Rules.txt`]: "Second rules\n" };
  const pull = await openPull(play.stage, project, { branch: `change-${index}`, files });
  const comment = await awaitComment(play.stage, pull.number);
  await approve(play.stage, pull.number, { wallets: project.signers.slice(0, 2), comment });
  await awaitCheck(play.stage, pull.head, "success");
  return { project, pull };
}

describe("a push to an approved pull request", () => {
  let project: Project;
  let pull: OpenedPull;

  beforeAll(async () => {
    ({ project, pull } = await openApproved(0));
  });

  it("keeps the approvals where it does not touch the directory, and the new head turns green by itself", async () => {
    const head = await pushTo(play.stage, pull.branch, {
      "docs/notes.md": "Notes\n",
      "rules/aa/Rules.txt": "Next door\n",
    });
    const run = await awaitCheck(play.stage, head, "success");
    expect(run.output.title).toBe("Approved");
    expect(await awaitComment(play.stage, pull.number)).not.toContain("Not counted");
  });

  it("voids them where it changes the directory, and says why and whose", async () => {
    const before = await awaitComment(play.stage, pull.number);
    const head = await pushTo(play.stage, pull.branch, { [`${project.path}/More.txt`]: "More rules\n" });
    const run = await awaitCheck(play.stage, head, "in_progress");
    expect(run.output.title).toBe("Waiting for signatures: 0 of 2 signed");
    const comment = await awaitComment(play.stage, pull.number, "#### 0 of 2 signed");
    for (const { address } of project.signers.slice(0, 2)) {
      const words = `by \`${address}\` for what commit \`${pull.head.slice(0, 12)}\` proposed; the proposal changed since`;
      expect(comment).toContain(words);
    }
    expect(comment).not.toBe(before);
  });

  it("voids them where it takes a file's bits back to what they were, in other commits", async () => {
    const comment = await awaitComment(play.stage, pull.number);
    await review(
      reviewer(play.stage, 2),
      pull.number,
      `/countersign sign ${await signTyped(signerAt(project, 2), comment)}`,
    );
    await awaitComment(play.stage, pull.number, "#### 1 of 2 signed");
    const head = await pushTo(play.stage, pull.branch, { [`${project.path}/More.txt`]: undefined });
    await awaitCheck(play.stage, head, "in_progress");
    const now = await awaitComment(play.stage, pull.number, "#### 0 of 2 signed");
    expect(now).toContain(`by \`${signerAt(project, 2).address}\``);
  });
});

describe("a rebase", () => {
  it("voids the approvals, since the link's commit leaves the head's history", async () => {
    const { project, pull } = await openApproved(1);
    const { work } = play.stage;
    await work.commit({ "docs/base.md": "The base moves elsewhere\n" }, "Elsewhere");
    await work.git("push", "--quiet", "origin", "main");
    await work.git("rebase", "--quiet", "main", pull.branch);
    await work.git("push", "--quiet", "--force", "origin", pull.branch);
    const head = await work.git("rev-parse", pull.branch);
    await work.git("checkout", "--quiet", "main");
    await awaitCheck(play.stage, head, "in_progress");
    const comment = await awaitComment(play.stage, pull.number, "the proposal changed since");
    expect(comment).toContain(`/tree/${head}/${project.path}`);
  });
});

describe("a base that moves", () => {
  it("asks for an update where it changed the directory, and goes on once the branch has it", async () => {
    const { project, pull } = await openApproved(2);
    const { work } = play.stage;
    await work.commit({ "docs/more.md": "Elsewhere\n" }, "Elsewhere");
    await work.git("push", "--quiet", "origin", "main");
    await play.stage.github.idle();
    expect((await awaitCheck(play.stage, pull.head, "success")).output.title).toBe("Approved");

    await work.commit({ [`${project.path}/Base.txt`]: "From the base\n" }, "Inside");
    await work.git("push", "--quiet", "origin", "main");
    const run = await awaitCheck(play.stage, pull.head, "action_required");
    expect(run.output.summary).toContain(`The base branch changed \`${project.path}\` meanwhile.`);

    await work.git("checkout", "--quiet", pull.branch);
    await work.git("merge", "--quiet", "--no-edit", "main");
    await work.git("push", "--quiet", "origin", pull.branch);
    const head = await work.git("rev-parse", "HEAD");
    await work.git("checkout", "--quiet", "main");
    await awaitCheck(play.stage, head, "in_progress");
    expect(await awaitComment(play.stage, pull.number, "#### 0 of 2 signed")).toContain(
      `/tree/${head}/${project.path}`,
    );
  });
});
