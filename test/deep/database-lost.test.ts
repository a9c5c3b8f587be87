import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertOneEnd, type FragilePlay, openApproved, openFragilePlay } from "../stage/crash.ts";
import { awaitCheck, awaitComment } from "../stage/people.ts";
import { projectAt } from "../stage/play.ts";
import { type Postgres, startPostgres } from "../stage/postgres.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const kinds = ["an embedded database", "PostgreSQL"] as const;
let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe.each(kinds)("an App that loses %s in the middle of everything", (kind) => {
  const paths = ["open", "merged", "sent"].map((name) => `rules/${name}`);
  let fragile: FragilePlay;
  let data: string;

  beforeAll(async () => {
    const databaseUrl = kind === "PostgreSQL" ? await postgres.createDatabase("lost") : undefined;
    fragile = await openFragilePlay({
      records: { paths, signers: 3, threshold: 2 },
      ...(databaseUrl && { more: { DATABASE_URL: databaseUrl } }),
    });
    const { stage, registry } = fragile.play;
    data = String(stage.toSettings(registry).COUNTERSIGN_DATA);
  }, 180_000);
  afterAll(async () => expect(await fragile.end()).toEqual([]), 120_000);

  async function loseDatabase(): Promise<void> {
    await rm(data, { recursive: true, force: true });
    if (kind === "an embedded database") return;
    await postgres.dropDatabase("lost");
    await postgres.createDatabase("lost");
  }

  it("finds every state again by its sweep, and sends what was sent already no second time", async () => {
    const { play } = fragile;
    const { stage } = play;
    const [open, merged, sent] = paths.map((_, index) => projectAt(play, index));
    if (!open || !merged || !sent) throw new Error("expected three records");
    const [mergedPull, sentPull] = [await openApproved(play, merged, "merged"), await openApproved(play, sent, "sent")];
    await stage.github.idle();

    // After it was sent and before that is known; the other merge and a new pull request are told to a dead App.
    let hit = false;
    fragile.watch((request) => {
      if (hit) return "before";
      hit = request === "eth_sendRawTransaction";
      return hit ? "after" : undefined;
    });
    await stage.owner.api.pulls.merge({ ...repo, pull_number: sentPull.number });
    await until("the kill", async () => hit);
    await play.bot.stop("SIGKILL");
    await stage.owner.api.pulls.merge({ ...repo, pull_number: mergedPull.number });
    const files = { [`${open.path}/Rules.txt`]: "Second\n" };
    const opened: OpenedPull = await openPull(stage, open, { branch: "open", files });
    await stage.github.idle();
    await loseDatabase();
    fragile.watch(undefined);
    await play.start();

    await assertOneEnd(play, sent, { pull: sentPull, version: 2 });
    await assertOneEnd(play, merged, { pull: mergedPull, version: 2 });
    await awaitComment(stage, opened.number, "#### 0 of 2 signed");
    await awaitCheck(stage, opened.head, "in_progress");
  }, 240_000);
});
