import { afterAll, beforeAll, expect, it } from "vitest";
import { toAddress } from "../../src/protocol/hex.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { countCalls, readApproval, readVersion } from "../stage/chain.ts";
import { awaitCheck, awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { awaitReply, dataUnder, mergeApproved, openAgreed } from "../stage/roads.ts";
import { callRegistry, govern, pass, readSchedule } from "../stage/rules.ts";
import { repo } from "../stage/stage.ts";
import { pushTo } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const day = 86_400;
const names = ["pushed", "anew", "term", "named", "trunk"] as const;
type Name = (typeof names)[number];
type Merged = Awaited<ReturnType<typeof mergeApproved>>;

let play: Play;
const merged = new Map<Name, Merged>();

const projectOf = (name: Name) => projectAt(play, names.indexOf(name));
const guardian = () => play.stage.anvil.accounts[5] ?? play.stage.anvil.accounts[0];

function pullOf(name: Name): Merged {
  const pull = merged.get(name);
  if (!pull) throw new Error(`${name} was not merged`);
  return pull;
}

/** Once the App has answered, it has looked at the pull request as it is now. */
async function lookAgain(number: number): Promise<string> {
  return awaitReply(play, number, await say(play.stage.dev, number, "/countersign status"));
}

async function isScheduledStill(name: Name): Promise<void> {
  const { number, head } = pullOf(name);
  expect(await lookAgain(number)).toContain("**Scheduled**");
  await awaitComment(play.stage, number, "Scheduled on chain. It can be executed from");
  expect((await awaitCheck(play.stage, head, "Scheduled")).conclusion).toBe("success");
}

beforeAll(async () => {
  play = await openPlay({
    records: { paths: names.map((name) => `rules/${name}`) },
    anvil: { blockTime: 1 },
    bot: false,
  });
  const rules = { delay: day, guardian: toAddress(guardian().address) };
  for (const name of names) await govern(play.stage, projectOf(name), rules);
  await play.start();
}, 180_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

it("is told of where a push makes another proposal of a pull request, and its guardian is shown how to end it", async () => {
  const { stage } = play;
  const project = projectOf("pushed");
  const { number, branch, digest, comment } = await openAgreed(play, project, "pushed");
  const signatures = project.signers.slice(0, project.threshold).map((signer): SignerSignature => {
    const signature = signer.signingKey.sign(digest).serialized as `0x${string}`;
    return { signer: toAddress(signer.address), kind: "account", signature };
  });
  const [anyone] = stage.anvil.accounts;
  const args = [readApproval(comment), packSignatures(signatures)];
  await callRegistry(project, anyone, { name: "schedule", args });
  expect(await lookAgain(number)).toContain("It was scheduled before the merge");
  await pushTo(stage, branch, { [`${project.path}/Rules.txt`]: "Better\n" });
  await awaitComment(stage, number, `What this pull request proposed before, \`${digest}\`, is scheduled on chain`);
  const answer = await awaitReply(play, number, await say(stage.dev, number, "/countersign cancel"));
  const data = dataUnder(answer, "alone to send: cancels");
  await guardian().sendTransaction({ to: project.registry.address, data });
  await until("the end", async () => (await readSchedule(project, digest)).status === "cancelled");
  expect(await lookAgain(number)).not.toContain("What this pull request proposed before");
});

it("is the proposal still where it is withdrawn and proposed anew", async () => {
  for (const name of names.slice(1)) {
    merged.set(name, await mergeApproved(play, projectOf(name), name));
    await awaitCheck(play.stage, pullOf(name).head, "Scheduled");
  }
  const { owner } = play.stage;
  const { number } = pullOf("anew");
  await pass(play.stage, 0);
  await say(owner, number, "/countersign withdraw");
  await awaitComment(play.stage, number, "It is scheduled on chain all the same");
  await say(owner, number, "/countersign propose");
  await isScheduledStill("anew");
});

it("is the proposal still where the term is another", async () => {
  const { work } = play.stage;
  await work.git("pull", "--quiet", "--rebase", "origin", "main");
  const policy = await work.git("show", "HEAD:.github/countersign.yml");
  await work.commit({ ".github/countersign.yml": `${policy}\nterm: 7\n` }, "Shorten the term");
  await work.git("push", "--quiet", "origin", "HEAD");
  await isScheduledStill("term");
});

it("is the proposal still where the repository has another name", async () => {
  await play.stage.owner.api.repos.update({ ...repo, name: "safe" });
  await isScheduledStill("named");
});

it("is the proposal still where the default branch has another name", async () => {
  const { owner, work } = play.stage;
  await work.git("pull", "--quiet", "--rebase", "origin", "main");
  await work.git("push", "--quiet", "origin", "main:refs/heads/trunk");
  await owner.api.repos.update({ ...repo, default_branch: "trunk" });
  await owner.api.git.deleteRef({ ...repo, ref: "heads/main" });
  await isScheduledStill("trunk");
});

it("is executed once it is ripe, by the App and once", async () => {
  await pass(play.stage, day + 10);
  for (const name of names.slice(1)) {
    const project = projectOf(name);
    const { number } = pullOf(name);
    await say(play.stage.dev, number, "/countersign execute");
    await until(`${name} to be executed`, () => readVersion(project, 3));
    await awaitComment(play.stage, number, "Finalized on chain in transaction");
    const from = toAddress(play.stage.anvil.accounts[2].address);
    expect(await countCalls(play.stage, project, { name: "execute", from })).toBe(1);
  }
});
