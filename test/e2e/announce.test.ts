import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashApproval } from "../../src/protocol/approval.ts";
import type { Bytes32 } from "../../src/protocol/hex.ts";
import { parseAccountSignature, recoverSigner } from "../../src/protocol/signature.ts";
import { readProposed } from "../helpers/proposed.ts";
import { readApproval } from "../stage/chain.ts";
import { countRequests } from "../stage/count.ts";
import { type FragilePlay, openFragilePlay } from "../stage/crash.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, signTyped } from "../stage/people.ts";
import { type Play, projectAt } from "../stage/play.ts";
import { signerAt } from "../stage/project.ts";
import { configure } from "../stage/records.ts";
import { repo } from "../stage/stage.ts";
import { openPull, pushTo } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";
import { cloneOf } from "../stand-in/scene.ts";

const names = ["never", "open", "stranger", "quorum", "killed", "failing"] as const;
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

async function open(name: Name) {
  const project = projectOf(name);
  const files = { [`${project.path}/Rules.txt`]: `Second ${name}\n` };
  const pull = await openPull(play.stage, project, { branch: `change-${name}`, files });
  const comment = await awaitComment(play.stage, pull.number);
  return { ...pull, project, comment, digest: digestOf(comment) };
}

function digestOf(comment: string): Bytes32 {
  return hashApproval(projectAt(play, 0).registry.domain, readApproval(comment));
}

async function announced(digest: Bytes32) {
  return (await readProposed(play.stage.anvil, play.registry)).filter((one) => one.digest === digest);
}

async function awaitAnnounced(digest: Bytes32) {
  return until("an announcement", async () => (await announced(digest)).at(-1));
}

/** Lets the App do whatever it still wants to do. */
async function quiet(): Promise<void> {
  const { github, owner, dev } = play.stage;
  const people = [owner, dev, reviewer(play.stage, 0), reviewer(play.stage, 1)].map(({ token }) => token);
  await countRequests(github, async () => undefined, { people, quiet: 400 });
}

/** Everything that may make an App do a thing twice. */
async function repeatAll(): Promise<void> {
  const { webhooks } = play.stage.github;
  await quiet();
  const told = webhooks.log.filter(({ event }) => event !== "push").slice(-6);
  for (const { guid } of told) webhooks.redeliver(guid);
  await play.stage.github.idle();
  await play.bot.stop("SIGKILL");
  await play.start();
  await quiet();
}

function recoverAll(digest: Bytes32, signatures: string) {
  const entries = signatures.slice(2).match(/.{130}/g) ?? [];
  return entries.map((entry) => recoverSigner(digest, parseAccountSignature(`0x${entry}`)));
}

const relayer = () => play.stage.anvil.accounts[2].address;

describe("without `propose` in the configuration", () => {
  it("announces nothing, with a quorum neither", async () => {
    const { number, head, project, comment } = await open("never");
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await quiet();
    expect(await readProposed(play.stage.anvil, play.registry)).toEqual([]);
  });
});

describe("`propose: on open`", () => {
  beforeAll(() => configure(play.stage, play.projects, "propose: on open\n"));

  it("announces each proposal once, without signatures, however often it is told of it", async () => {
    const { number, head, branch, project, comment, digest } = await open("open");
    const once = [{ digest, sender: relayer(), signatures: "0x" }];
    expect(await awaitAnnounced(digest)).toEqual(once[0]);
    await repeatAll();
    expect(await announced(digest)).toEqual(once);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await quiet();
    expect(await announced(digest)).toEqual(once);

    await pushTo(play.stage, branch, { [`${project.path}/Rules.txt`]: "Third\n" });
    const next = digestOf(await awaitComment(play.stage, number, "0 of 2 signed"));
    expect(next).not.toBe(digest);
    await awaitAnnounced(next);
    expect((await readProposed(play.stage.anvil, play.registry)).map((one) => one.digest)).toContain(digest);
  }, 90_000);

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
    const digest = digestOf(comment);
    await quiet();
    expect(await announced(digest)).toEqual([]);
    await approve(play.stage, data.number, { wallets: signers.slice(0, 1), comment });
    expect(await awaitAnnounced(digest)).toMatchObject({ signatures: "0x" });
  });
});

describe("`propose: on quorum`", () => {
  beforeAll(() => configure(play.stage, play.projects, "propose: on quorum\n"));

  it("announces a proposal once with its quorum's signatures, and not before", async () => {
    const { number, head, project, comment, digest } = await open("quorum");
    await approve(play.stage, number, { wallets: project.signers.slice(0, 1), comment });
    await awaitComment(play.stage, number, "1 of 2 signed");
    await quiet();
    expect(await announced(digest)).toEqual([]);
    const line = `/countersign sign ${await signTyped(signerAt(project, 2), comment)}`;
    await review(reviewer(play.stage, 1), number, line);
    const found = await awaitAnnounced(digest);
    const both = [0, 2].map((index) => signerAt(project, index).address);
    expect(recoverAll(digest, found.signatures)).toEqual(both);
    await repeatAll();
    // With a signature more, others are the fewest.
    const more = `/countersign sign ${await signTyped(signerAt(project, 1), comment)}`;
    await review(reviewer(play.stage, 1), number, more);
    await awaitComment(play.stage, number, "3 of 2 signed");
    await quiet();
    expect(await announced(digest)).toEqual([found]);
    await awaitCheck(play.stage, head, "success");
  }, 90_000);

  it("announces it once though the App is killed as it is sent", async () => {
    const { number, head, project, comment, digest } = await open("killed");
    let sent = 0;
    fragile.watch((request) => {
      if (request === "eth_sendRawTransaction") sent += 1;
      return sent > 0 ? "after" : undefined;
    });
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await until("the kill", async () => sent > 0);
    await play.bot.stop("SIGKILL");
    fragile.watch(undefined);
    await play.start();
    await awaitCheck(play.stage, head, "success");
    await quiet();
    expect(await announced(digest)).toHaveLength(1);
  }, 90_000);

  it("leaves check and comment as they are where it fails, and announces later", async () => {
    fragile.watch((request) => (request === "eth_estimateGas" ? "lost" : undefined));
    const { number, head, project, comment, digest } = await open("failing");
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await until("a failure", async () => play.bot.log.join("").includes("a job failed"));
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
    expect(await awaitComment(play.stage, number)).toContain("Countersign: Approved");
    // A check that once turned back would be a second run.
    const every = await play.stage.owner.api.checks.listForRef({ ...repo, ref: head, filter: "all" });
    expect(every.data.check_runs.map(({ conclusion }) => conclusion)).toEqual(["success"]);
    expect(await announced(digest)).toEqual([]);
    fragile.watch(undefined);
    expect(recoverAll(digest, (await awaitAnnounced(digest)).signatures)).toHaveLength(2);
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
    await awaitComment(play.stage, number, "Finalized on chain in transaction");
  }, 90_000);

  it("has announced by then what had its quorum before, under another configuration", async () => {
    const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: 1 });
    const digest = digestOf(String(data.find(({ user }) => user?.type === "Bot")?.body));
    // Once as it was open, once with its quorum.
    expect((await announced(digest)).map(({ signatures }) => signatures === "0x")).toEqual([true, false]);
  });
});
