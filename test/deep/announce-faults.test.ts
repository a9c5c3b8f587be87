import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { announced, awaitAnnounced, proposeChange, quiet, recoverAll } from "../stage/announcing.ts";
import { type FragilePlay, openFragilePlay } from "../stage/crash.ts";
import { approve, awaitCheck, awaitComment } from "../stage/people.ts";
import type { Play } from "../stage/play.ts";
import { configure } from "../stage/records.ts";
import { repo } from "../stage/stage.ts";
import { until } from "../stage/wait.ts";

let fragile: FragilePlay;
let play: Play;

beforeAll(async () => {
  fragile = await openFragilePlay({ records: { paths: ["rules/killed", "rules/failing"] } });
  play = fragile.play;
  await configure(play.stage, play.projects, "propose: on quorum\n");
}, 120_000);

afterAll(async () => expect(await fragile?.end()).toEqual([]));

describe("an announcement that does not get through", () => {
  it("announces it once though the App is killed as it is sent", async () => {
    const { number, head, project, comment, digest } = await proposeChange(play, 0);
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
    await quiet(play);
    expect(await announced(play, digest)).toHaveLength(1);
  });

  it("leaves check and comment as they are where it fails, and announces later", async () => {
    fragile.watch((request) => (request === "eth_estimateGas" ? "lost" : undefined));
    const { number, head, project, comment, digest } = await proposeChange(play, 1);
    await approve(play.stage, number, { wallets: project.signers.slice(0, 2), comment });
    await awaitCheck(play.stage, head, "success");
    await until("a failure", async () => play.bot.log.join("").includes("a job failed"));
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
    expect(await awaitComment(play.stage, number)).toContain("Countersign: Approved");
    // A check that once turned back would be a second run.
    const every = await play.stage.owner.api.checks.listForRef({ ...repo, ref: head, filter: "all" });
    expect(every.data.check_runs.map(({ conclusion }) => conclusion)).toEqual(["success"]);
    expect(await announced(play, digest)).toEqual([]);
    fragile.watch(undefined);
    expect(recoverAll(digest, (await awaitAnnounced(play, digest)).signatures)).toHaveLength(2);
    expect((await awaitCheck(play.stage, head, "success")).output.title).toBe("Approved");
    await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
    await awaitComment(play.stage, number, "Finalized on chain in transaction");
  });
});
