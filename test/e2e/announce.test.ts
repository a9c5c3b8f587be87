import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readProposed } from "../helpers/proposed.ts";
import { announced, awaitAnnounced, digestOf, proposeChange, quiet, recoverAll } from "../stage/announcing.ts";
import { type FragilePlay, openFragilePlay } from "../stage/crash.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, signTyped } from "../stage/people.ts";
import { type Play, projectAt } from "../stage/play.ts";
import { signerAt } from "../stage/project.ts";
import { configure } from "../stage/records.ts";
import { repo } from "../stage/stage.ts";
import { pushTo } from "../stage/upgrade.ts";
import { cloneOf } from "../stand-in/scene.ts";

const names = ["never", "open", "stranger", "quorum"] as const;
type Name = (typeof names)[number];
let fragile: FragilePlay;
let play: Play;

beforeAll(async () => {
  fragile = await openFragilePlay({ records: { paths: names.map((name) => `rules/${name}`) } });
  play = fragile.play;
}, 120_000);

afterAll(async () => expect(await fragile?.end()).toEqual([]));

function projectOf(name: Name) {
  return projectAt(play, names.indexOf(name));
}

/** Everything that may make an App do a thing twice. */
async function repeatAll(): Promise<void> {
  const { webhooks } = play.stage.github;
  await quiet(play);
  const told = webhooks.log.filter(({ event }) => event !== "push").slice(-6);
  for (const { guid } of told) webhooks.redeliver(guid);
  await play.stage.github.idle();
  await play.bot.stop("SIGKILL");
  await play.start();
  await quiet(play);
}

const relayer = () => play.stage.anvil.accounts[2].address;

describe("without `propose` in the configuration", () => {
  it("announces nothing, with a quorum neither", async () => {
    const { number, head, project, comment } = await proposeChange(play, 0);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await quiet(play);
    expect(await readProposed(play.stage.anvil, play.registry)).toEqual([]);
  });
});

describe("`propose: on open`", () => {
  beforeAll(() => configure(play.stage, play.projects, "propose: on open\n"));

  it("announces each proposal once, without signatures, however often it is told of it", async () => {
    const { number, head, branch, project, comment, digest } = await proposeChange(play, 1);
    const once = [{ digest, sender: relayer(), signatures: "0x" }];
    expect(await awaitAnnounced(play, digest)).toEqual(once[0]);
    await repeatAll();
    expect(await announced(play, digest)).toEqual(once);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await quiet(play);
    expect(await announced(play, digest)).toEqual(once);

    await pushTo(play.stage, branch, { [`${project.path}/Rules.txt`]: "Third\n" });
    const next = digestOf(play, await awaitComment(play.stage, number, "0 of 2 signed"));
    expect(next).not.toBe(digest);
    await awaitAnnounced(play, next);
    expect((await readProposed(play.stage.anvil, play.registry)).map((one) => one.digest)).toContain(digest);
  });

  it("does not spend gas for a stranger, until a signer has approved", async () => {
    const { github, directory } = play.stage;
    const { path, signers } = projectOf("stranger");
    const stranger = github.createPerson("stranger");
    await stranger.api.repos.createFork(repo);
    const work = await cloneOf(github, { url: stranger.gitUrl("stranger/vault"), into: `${directory}/fork` });
    await work.git("pull", "--quiet", "origin", "main");
    await work.commit({ [`${path}/Rules.txt`]: "From a stranger\n" }, "Change");
    await work.git("push", "--quiet", "origin", "HEAD:refs/heads/theirs");
    const title = { title: "Theirs", head: "stranger:theirs", base: "main" };
    const { data } = await stranger.api.pulls.create({ ...repo, ...title });
    const comment = await awaitComment(play.stage, data.number);
    const digest = digestOf(play, comment);
    await quiet(play);
    expect(await announced(play, digest)).toEqual([]);
    await approve(play.stage, data.number, { wallets: signers.slice(0, 1), comment });
    expect(await awaitAnnounced(play, digest)).toMatchObject({ signatures: "0x" });
  });
});

describe("`propose: on quorum`", () => {
  beforeAll(() => configure(play.stage, play.projects, "propose: on quorum\n"));

  it("announces a proposal once with its quorum's signatures, and not before", async () => {
    const { number, head, project, comment, digest } = await proposeChange(play, 3);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 1), comment });
    await awaitComment(play.stage, number, "1 of 2 signed");
    await quiet(play);
    expect(await announced(play, digest)).toEqual([]);
    const line = `/countersign sign ${await signTyped(signerAt(project, 2), comment)}`;
    await review(reviewer(play.stage, 1), number, line);
    const found = await awaitAnnounced(play, digest);
    const both = [0, 2].map((index) => signerAt(project, index).address);
    expect(recoverAll(digest, found.signatures)).toEqual(both);
    await repeatAll();
    // With a signature more, others are the fewest.
    const more = `/countersign sign ${await signTyped(signerAt(project, 1), comment)}`;
    await review(reviewer(play.stage, 1), number, more);
    await awaitComment(play.stage, number, "3 of 2 signed");
    await quiet(play);
    expect(await announced(play, digest)).toEqual([found]);
    await awaitCheck(play.stage, head, "success");
  });

  it("has announced by then what had its quorum before, under another configuration", async () => {
    const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: 1 });
    const digest = digestOf(play, String(data.find(({ user }) => user?.type === "Bot")?.body));
    // Once as it was open, once with its quorum.
    expect((await announced(play, digest)).map(({ signatures }) => signatures === "0x")).toEqual([true, false]);
  });
});
