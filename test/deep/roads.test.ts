import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toAddress } from "../../src/protocol/hex.ts";
import { hashMessage } from "../../src/protocol/messages.ts";
import { packSignatures, type SignerSignature } from "../../src/protocol/signature.ts";
import { countCalls, readApproval, readVersion } from "../stage/chain.ts";
import { approve, awaitCheck, awaitComment, review, reviewer, say, signRejection } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { type Project, signerAt } from "../stage/project.ts";
import { awaitReply, dataUnder, mergeApproved, openAgreed } from "../stage/roads.ts";
import { callRegistry, digestOf, govern, pass, readSchedule } from "../stage/rules.ts";
import { repo } from "../stage/stage.ts";
import { openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const day = 86_400;
const paths = ["cancelled", "paused", "rejected", "moved", "early", "ruled", "withdrawn"] as const;
let play: Play;

const accountAt = (index: number) => {
  const account = play.stage.anvil.accounts[index];
  if (!account) throw new Error(`no account ${index}`);
  return account;
};
const relayer = () => toAddress(accountAt(2).address);
const projectOf = (path: (typeof paths)[number]): Project => projectAt(play, paths.indexOf(path));

beforeAll(async () => {
  play = await openPlay({ records: { paths }, anvil: { blockTime: 1 }, bot: false });
  const guardian = toAddress(accountAt(5).address);
  for (const path of ["cancelled", "paused", "rejected", "moved", "early"] as const) {
    await govern(play.stage, projectOf(path), { delay: day, guardian });
  }
  await govern(play.stage, projectOf("ruled"), { authority: toAddress(accountAt(7).address) });
  await callRegistry(projectOf("ruled"), accountAt(7), {
    name: "acceptAuthority",
    args: [projectOf("ruled").contract],
  });
  await play.start();
}, 180_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

/** Lets the delay go by, but for so many seconds. */
async function passDelay(project: Project, digest: `0x${string}`, left: number): Promise<void> {
  await pass(play.stage, -(await readSchedule(project, digest)).slack - left);
}

async function unpause(project: Project): Promise<void> {
  const { registry, contract, signers, threshold } = project;
  const { number, timestamp } = await registry.readHead();
  const record = await registry.readRecord(contract, number);
  const version = (record?.version ?? 0) + 1;
  const message = { contractAddress: contract, version, pauseNumber: 1, deadline: timestamp + day };
  const digest = hashMessage("Unpause", { domain: registry.domain, message });
  const signatures = signers.slice(0, threshold).map((signer): SignerSignature => {
    const signature = signer.signingKey.sign(digest).serialized as `0x${string}`;
    return { signer: toAddress(signer.address), kind: "account", signature };
  });
  const args = [message, packSignatures(signatures)];
  await callRegistry(project, accountAt(0), { name: "unpause", args });
}

describe("what is scheduled", () => {
  it("is ended by the guardian, who is shown how", async () => {
    const project = projectOf("cancelled");
    const { number, head, digest } = await mergeApproved(play, project, "cancelled");
    await awaitCheck(play.stage, head, "Scheduled");
    const answer = await awaitReply(play, number, await say(play.stage.dev, number, "/countersign cancel"));
    const data = dataUnder(answer, "alone to send: cancels");
    expect(answer).toContain(`| From | \`${accountAt(5).address}\` |`);
    await accountAt(5).sendTransaction({ to: project.registry.address, data });
    await until("the end", async () => (await readSchedule(project, digest)).status === "cancelled");
    await say(play.stage.dev, number, "/countersign status");
    await awaitComment(play.stage, number, "A guardian cancelled it on chain");
    expect((await awaitCheck(play.stage, head, "Rejected")).conclusion).toBe("failure");
  });

  it("is held while it is paused, and goes on by itself afterwards", async () => {
    const project = projectOf("paused");
    const { number, head, digest } = await mergeApproved(play, project, "paused");
    await awaitCheck(play.stage, head, "Scheduled");
    await callRegistry(project, accountAt(5), { name: "pause", args: [project.contract, 5 * day] });
    await pass(play.stage, 2 * day);
    await say(play.stage.dev, number, "/countersign execute");
    await awaitComment(play.stage, number, "The guardian paused this until");
    expect((await readSchedule(project, digest)).slack).toBeLessThan(0);
    await unpause(project);
    await passDelay(project, digest, 8);
    await say(play.stage.dev, number, "/countersign status");
    await until("it to be executed", () => readVersion(project, 3));
    expect(await countCalls(play.stage, project, { name: "execute", from: relayer() })).toBe(1);
  });

  it("is ended by rejections in posts: they are brought to the chain", async () => {
    const project = projectOf("rejected");
    const { number, head, comment, digest } = await mergeApproved(play, project, "rejected");
    await awaitCheck(play.stage, head, "Scheduled");
    for (const index of [0, 2]) {
      const line = `/countersign reject ${await signRejection(signerAt(project, index), comment)}`;
      await review(reviewer(play.stage, index), number, line);
    }
    expect((await awaitCheck(play.stage, head, "Rejected")).conclusion).toBe("failure");
    await until("the rejections on chain", async () => {
      const { number: block } = await project.registry.readHead();
      const { rejected } = await project.registry.readVotes(project.contract, digest, block);
      return rejected === 0b101;
    });
    await awaitComment(play.stage, number, /^(?!.*scheduled on chain all the same)[\s\S]*rejected this proposal/s);
    await pass(play.stage, 2 * day);
    await say(play.stage.dev, number, "/countersign execute");
    await awaitComment(play.stage, number, "rejected this proposal");
    await readVersion(project, 2);
    expect(await countCalls(play.stage, project, { name: "execute", from: relayer() })).toBe(0);
    expect(await countCalls(play.stage, project, { name: "reject", from: relayer() })).toBe(1);
  });

  it("is not executed once the tip of the base branch is another, and people are warned that anyone can", async () => {
    const project = projectOf("moved");
    const { number, head, digest } = await mergeApproved(play, project, "moved");
    await awaitCheck(play.stage, head, "Scheduled");
    const { work } = play.stage;
    await work.git("pull", "--quiet", "--rebase", "origin", "main");
    await work.commit({ [`${project.path}/Rules.txt`]: "Pushed past everybody\n" }, "Push");
    await work.git("push", "--quiet", "origin", "HEAD");
    await passDelay(project, digest, 0);
    await say(play.stage.dev, number, "/countersign execute");
    const comment = await awaitComment(play.stage, number, "has moved on since the merge");
    expect(comment).toContain("It is scheduled on chain all the same");
    await readVersion(project, 2);
  });

  it("before the merge is executed only after it", async () => {
    const project = projectOf("early");
    const { number, head, digest, comment } = await openAgreed(play, project, "early");
    const approval = readApproval(comment);
    const signatures = project.signers.slice(0, project.threshold).map((signer): SignerSignature => {
      const signature = signer.signingKey.sign(digest).serialized as `0x${string}`;
      return { signer: toAddress(signer.address), kind: "account", signature };
    });
    await callRegistry(project, accountAt(0), { name: "schedule", args: [approval, packSignatures(signatures)] });
    await passDelay(project, digest, 0);
    await say(play.stage.dev, number, "/countersign execute");
    await awaitComment(play.stage, number, "It was scheduled before the merge");
    await readVersion(project, 2);
    expect((await awaitCheck(play.stage, head, "Scheduled")).conclusion).toBe("success");
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
    await until("it to be executed", () => readVersion(project, 3));
  });
});

describe("a record with an authority", () => {
  it("takes no signature, and shows the authority the call that it makes", async () => {
    const project = projectOf("ruled");
    const { stage } = play;
    await stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
    const pull = await openPull(stage, project, { branch: "ruled", files: { "ruled/Rules.txt": "Second\n" } });
    const comment = await awaitComment(stage, pull.number, "rules `");
    await approve(stage, pull.number, { wallets: project.signers.slice(0, project.threshold), comment });
    expect((await awaitCheck(stage, pull.head, "Waiting for signatures")).status).toBe("in_progress");
    const data = dataUnder(comment, "alone to send: finalizes");
    await accountAt(7).sendTransaction({ to: project.registry.address, data });
    await until("the change", () => readVersion(project, 4));
    await say(stage.dev, pull.number, "/countersign status");
    await awaitComment(stage, pull.number, "The chain is ahead of main");
  });
});

describe("a proposal that its author withdraws", () => {
  it("ends until it is proposed anew, and its signers are told how to take their word back", async () => {
    const { stage } = play;
    const project = projectOf("withdrawn");
    const { number, head, comment } = await openAgreed(play, project, "withdrawn");
    await say(reviewer(stage, 1), number, "/countersign withdraw");
    await say(stage.dev, number, "/countersign withdraw");
    await awaitCheck(stage, head, "action_required");
    const withdrawn = await awaitComment(stage, number, "Withdrawn by `dev`");
    const data = dataUnder(withdrawn, "takes the signature back");
    const signer = signerAt(project, 0).connect(stage.anvil.provider);
    await (await accountAt(0).sendTransaction({ to: signer.address, value: 10n ** 18n })).wait(0);
    await until("the means", async () => (await stage.anvil.provider.getBalance(signer.address)) > 0n);
    await signer.sendTransaction({ to: project.registry.address, data });
    await until("the revocation", async () => {
      const { number: block } = await project.registry.readHead();
      return (await project.registry.readVotes(project.contract, digestOf(project, comment), block)).revoked === 1;
    });
    await say(stage.dev, number, "/countersign status");
    await awaitComment(stage, number, "and revoked on chain");

    // A second apart: GitHub counts in seconds.
    await pass(stage, 0);
    const answer = await awaitReply(play, number, await say(stage.dev, number, "/countersign propose"));
    expect(answer).toContain("Proposed anew, until");
    await awaitCheck(stage, head, "Waiting for signatures: 0 of 2 signed");
  });
});
