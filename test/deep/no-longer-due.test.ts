import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing, readVersion } from "../stage/chain.ts";
import { type FragilePlay, openApproved, openFragilePlay } from "../stage/crash.ts";
import { awaitCheck, awaitComment, review, reviewer, signRejection } from "../stage/people.ts";
import { type Play, projectAt } from "../stage/play.ts";
import { type Project, signerAt } from "../stage/project.ts";
import { repo } from "../stage/stage.ts";
import { until } from "../stage/wait.ts";

const send = "eth_sendRawTransaction";

let fragile: FragilePlay;
let play: Play;

beforeAll(async () => {
  const paths = ["rejected", "next", "first", "reverted"].map((name) => `rules/${name}`);
  fragile = await openFragilePlay({ records: { paths } });
  play = fragile.play;
}, 120_000);

afterAll(async () => expect(await fragile?.end()).toEqual([]));

async function open(index: number, name: string) {
  const project = projectAt(play, index);
  const pull = await openApproved(play, project, name);
  return { project, pull, comment: await awaitComment(play.stage, pull.number, "Approved") };
}

async function merge({ pull }: Awaited<ReturnType<typeof open>>): Promise<void> {
  await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
}

async function expectNothing(project: Project): Promise<void> {
  await readVersion(project, 1);
  expect(await countFinalizing(play.stage, project)).toBe(0);
}

/** So long the App has asked for nothing but for what it looks at while it waits for a transaction. */
async function awaitTurn(asked: { at: number }): Promise<void> {
  await play.stage.github.idle();
  await until("somebody who waits for his turn", async () => Date.now() - asked.at > 5_000);
}

describe("a transaction that was written down before the App was killed", () => {
  it("never goes out for the next pull request, where its own was rejected meanwhile", async () => {
    const opened = await open(0, "rejected");
    const { project, pull, comment } = opened;
    await play.stage.github.idle();
    let isKilled = false;
    fragile.watch((request) => {
      if (request === send) isKilled = true;
      return isKilled ? "before" : undefined;
    });
    await merge(opened);
    await until("the kill", async () => isKilled);
    await play.bot.stop("SIGKILL");
    for (const index of [0, 1]) {
      const signature = await signRejection(signerAt(project, index), comment);
      await review(reviewer(play.stage, index), pull.number, `/countersign reject ${signature}`);
    }
    fragile.watch(undefined);
    await play.start();
    await until("the end of it", async () => {
      const run = await awaitCheck(play.stage, pull.head, "failure");
      return run.output.title === "Rejected";
    });
    const next = await open(1, "next");
    await merge(next);
    await awaitVersion(next.project, 2);
    await expectNothing(project);
  });
});

describe("a pull request whose transaction waits for another one's", () => {
  const waiting =
    /^eth_(getTransaction\w+|sendRawTransaction|getBlockByNumber|blockNumber)$|\/info\/refs|\/git-upload-pack/;

  it("sends nothing where main moved on meanwhile", async () => {
    const [first, reverted] = [await open(2, "first"), await open(3, "reverted")];
    await play.stage.github.idle();
    const asked = { at: Date.now() };
    fragile.watch((request) => {
      if (!waiting.test(request)) asked.at = Date.now();
      return request === send ? "lost" : undefined;
    });
    await merge(first);
    await awaitTurn(asked);
    await merge(reverted);
    await awaitTurn(asked);
    const { work } = play.stage;
    await work.git("pull", "--quiet", "--rebase", "origin", "main");
    await work.commit({ "rules/reverted/Rules.txt": "Reverted by hand\n" }, "Revert");
    await work.git("push", "--quiet", "origin", "main");
    fragile.watch(undefined);
    await awaitVersion(first.project, 2);
    await awaitComment(play.stage, reverted.pull.number, "has moved on since the merge");
    await expectNothing(reverted.project);
  });
});
