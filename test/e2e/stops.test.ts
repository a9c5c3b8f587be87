import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVersion } from "../stage/chain.ts";
import { assertOneEnd, type FragilePlay, openApproved, openFragilePlay, type Watcher } from "../stage/crash.ts";
import { awaitCheck, awaitComment } from "../stage/people.ts";
import { type Play, projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { until } from "../stage/wait.ts";

let fragile: FragilePlay;
let play: Play;

beforeAll(async () => {
  fragile = await openFragilePlay({
    project: { signers: 3, threshold: 2 },
    records: { paths: ["rules/1", "rules/2", "rules/3", "rules/4"] },
  });
  play = fragile.play;
}, 120_000);

afterAll(async () => expect(await fragile?.end()).toEqual([]));

/** Kills at the request of this name and number. */
function killAt(name: RegExp, nth: number, end: ReturnType<Watcher>): Watcher {
  let seen = 0;
  return (request) => {
    const isMeant = name.test(request);
    if (isMeant) seen += 1;
    return isMeant && seen === nth ? end : undefined;
  };
}

/** Once, and whatever the App still asks while it dies stays without effect. */
function once(watcher: Watcher): { watcher: Watcher; hit: () => boolean } {
  let hit = false;
  return {
    hit: () => hit,
    watcher: (request) => {
      if (hit) return "before";
      const end = watcher(request);
      hit = end !== undefined;
      return end;
    },
  };
}

// test/deep kills it at every write.
describe("an App that is killed in the middle of a merge and started again comes to the same end, with one transaction", () => {
  it("after finalize was sent, before the answer", async () => {
    const project = projectAt(play, 1);
    const pull = await openApproved(play, project, "stop");
    await play.stage.github.idle();
    const kill = once(killAt(/^eth_sendRawTransaction$/, 1, "after"));
    fragile.watch(kill.watcher);
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    await until("the kill", async () => kill.hit());
    await play.bot.stop("SIGKILL");
    fragile.watch(undefined);
    await play.start();
    await assertOneEnd(play, project, { pull, version: 2 });
  });

  it("right after a webhook was accepted", async () => {
    const project = projectAt(play, 2);
    const pull = await openApproved(play, project, "accepted");
    const { webhooks } = play.stage.github;
    await play.stage.github.idle();
    const before = webhooks.log.length;
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    await until("an answer", async () => webhooks.log.slice(before).some(({ status }) => status === 202), {
      interval: 1,
    });
    await play.bot.stop("SIGKILL");
    await play.start();
    await assertOneEnd(play, project, { pull, version: 2 });
  });
});

describe("an App whose chain does not answer", () => {
  it("says so without failing, and goes on by itself when it does", async () => {
    const project = projectAt(play, 3);
    const pull = await openApproved(play, project, "outage");
    await play.stage.github.idle();
    fragile.watch((request) => (request.startsWith("eth_") ? "lost" : undefined));
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    await awaitComment(play.stage, pull.number, "could not be read");
    await awaitCheck(play.stage, pull.head, "in_progress");
    fragile.watch(undefined);
    await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
  });
});

// test/deep/no-longer-due.test.ts has what other pull requests do to it.
describe("a transaction that is written down, and that no node has", () => {
  it("never goes out once main has moved on", async () => {
    const { work, owner } = play.stage;
    const project = projectAt(play, 4);
    const pull = await openApproved(play, project, "reverted");
    await play.stage.github.idle();
    let isLost = false;
    fragile.watch((request) => {
      if (request !== "eth_sendRawTransaction") return undefined;
      isLost = true;
      return "lost";
    });
    await owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    await until("a transaction that is lost", async () => isLost);
    await work.git("pull", "--quiet", "--rebase", "origin", "main");
    await work.commit({ [`${project.path}/Rules.txt`]: "Reverted by hand\n" }, "Revert");
    await work.git("push", "--quiet", "origin", "main");
    fragile.watch(undefined);
    await awaitComment(play.stage, pull.number, "has moved on since the merge");
    await readVersion(project, 1);
  });
});

describe("an App whose data directory another process took, while it stood still", () => {
  it("ends at once: two in one embedded database destroy it", async () => {
    const { pid, log } = play.bot;
    const data = String(play.stage.toSettings(play.registry).COUNTERSIGN_DATA);
    await utimes(join(data, "store", ".lock"), 0, 0);
    await until("its end", async () => !isAlive(pid));
    expect(log.join("")).toContain("another process took the data directory");
  });

  function isAlive(pid: number): boolean {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
});
