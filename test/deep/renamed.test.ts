import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing } from "../stage/chain.ts";
import { approve, awaitCheck, awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const names = ["before", "across", "after", "elsewhere"] as const;
type Name = (typeof names)[number];

let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
});

afterAll(async () => expect(await play?.end()).toEqual([]));

// People go on using the names that they know: the host redirects them too.
async function openApproved(name: Name) {
  const project = projectAt(play, names.indexOf(name));
  await play.stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
  const files = { [`${project.path}/Rules.txt`]: "Second rules\n" };
  const pull = await openPull(play.stage, project, { branch: name, files });
  await approveAgain({ project, ...pull }, await awaitComment(play.stage, pull.number));
  return { project, ...pull };
}

type Opened = Pick<Awaited<ReturnType<typeof openApproved>>, "project" | "number" | "head">;

async function approveAgain({ project, number, head }: Opened, comment: string): Promise<void> {
  await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
  await awaitCheck(play.stage, head, "Approved");
}

async function land({ project, number, head }: Opened, place: string): Promise<void> {
  await play.stage.dev.api.pulls.merge({ ...repo, pull_number: number });
  const record = await awaitVersion(project, 2);
  expect(record.contractLink).toBe(`${play.stage.github.url}/${place}/tree/${head}/${project.path}`);
  await awaitComment(play.stage, number, "Finalized on chain in transaction");
  expect(await countFinalizing(play.stage, project)).toBe(1);
}

/** Once the App has answered, it has looked at the pull request as it is now. */
async function askStatus(number: number): Promise<void> {
  const id = await say(play.stage.dev, number, "/countersign status");
  await until("a reply", async () => {
    const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: number, per_page: 100 });
    return data.some(({ body = "" }) => body.includes(`comment ${id}`));
  });
}

describe("a repository that gets another name", () => {
  let [finalized, approved]: Opened[] = [];

  beforeAll(async () => {
    finalized = await openApproved("before");
    await land(finalized, "acme/vault");
    approved = await openApproved("across");
    const { github, owner, dev } = play.stage;
    github.webhooks.hold();
    await say(dev, approved.number, "/countersign help");
    await owner.api.repos.update({ ...repo, name: "safe" });
    github.webhooks.release();
  });

  it("is known by its number: what was told under the old name is answered by redirects", async () => {
    const number = Number(approved?.number);
    await until("a reply", async () => {
      const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: number });
      return data.some(({ body = "" }) => body.includes("| `/countersign reject 0xSIGNATURE` |"));
    });
  });

  it("leaves finalized what was", async () => {
    const number = Number(finalized?.number);
    await askStatus(number);
    const comment = await awaitComment(play.stage, number, "Finalized on chain in transaction");
    expect(comment).toContain("#### 2 of 2 signed");
  });

  it("has its records still, under links of the new name that are signed anew", async () => {
    const { project, number, head } = approved as Opened;
    const comment = await awaitComment(play.stage, number, `/acme/safe/tree/${head}/`);
    expect(comment).toContain("the proposal changed since");
    await awaitCheck(play.stage, head, "Waiting for signatures: 0 of 2 signed");
    await approveAgain({ project, number, head }, comment);
    await land({ project, number, head }, "acme/safe");
  });

  it("takes new proposals whose records have links of the old name", async () => {
    await land(await openApproved("after"), "acme/safe");
  });
});

describe("a repository that gets another owner", () => {
  it("goes on there, with the owner's own installation", async () => {
    const { github, owner } = play.stage;
    github.createPerson("umbrella");
    for (const app of github.world.apps.values()) github.install(app, { account: "umbrella" });
    await owner.api.repos.transfer({ ...repo, new_owner: "umbrella" });
    await land(await openApproved("elsewhere"), "umbrella/safe");
  });
});
