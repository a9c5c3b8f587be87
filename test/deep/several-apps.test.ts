import { join } from "node:path";
import getPort from "get-port";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bot, startBot } from "../stage/bot.ts";
import { assertOneEnd } from "../stage/crash.ts";
import { approve, awaitComment } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { type Postgres, password, startPostgres } from "../stage/postgres.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";

const names = ["a", "b", "c", "d", "e", "f"];
const processes = 3;
let postgres: Postgres;
let play: Play;
let bots: Bot[];

beforeAll(async () => {
  postgres = await startPostgres();
  const databaseUrl = await postgres.createDatabase("apps");
  let settings: Record<string, string> = {};
  play = await openPlay({
    records: { paths: names.map((name) => `rules/${name}`), signers: 3, threshold: 2 },
    bot: false,
    settings: (stage, registry) => {
      settings = { ...stage.toSettings(registry), DATABASE_URL: databaseUrl };
      return settings;
    },
  });
  // All at once on an empty database: each would make its tables. GitHub knows the first one's port.
  bots = await Promise.all(
    Array.from({ length: processes }, async (_, index) =>
      startBot({
        ...settings,
        PORT: index === 0 ? String(settings.PORT) : String(await getPort()),
        COUNTERSIGN_DATA: join(play.stage.directory, `data-${index}`),
      }),
    ),
  );
}, 180_000);

afterAll(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  expect(await play.end()).toEqual([]);
  await postgres.stop();
}, 120_000);

const reviewed = (bot: Bot) => bot.log.join("").split('"reviewed"').length - 1;

describe("three App processes on one PostgreSQL", () => {
  let pulls: OpenedPull[];

  it("share the pull requests", async () => {
    pulls = [];
    for (const [index, name] of names.entries()) {
      const { path } = projectAt(play, index);
      pulls.push(
        await openPull(play.stage, { path, kind: "record" }, { branch: name, files: { [`${path}/Rules.txt`]: name } }),
      );
    }
    for (const { number } of pulls) await awaitComment(play.stage, number);
    expect(bots.map(reviewed).filter((count) => count > 0).length).toBeGreaterThanOrEqual(2);
  });

  it("finalize each once, though one of them is killed in the middle of it", async () => {
    for (const [index, { number }] of pulls.entries()) {
      const wallets = projectAt(play, index).signers.slice(0, 2);
      await approve(play.stage, number, { wallets, comment: await awaitComment(play.stage, number) });
    }
    for (const { number } of pulls) await awaitComment(play.stage, number, "#### 2 of 2 signed");
    await play.stage.github.idle();
    for (const { number } of pulls) await play.stage.owner.api.pulls.merge({ ...repo, pull_number: number });
    const active = "select count(*)::int as count from pgboss.job where name = 'pull' and state = 'active'";
    await until("a job", async () => Number((await postgres.query("apps", active))[0]?.count) > 0, { interval: 5 });
    await bots[2]?.stop("SIGKILL");
    for (const [index, pull] of pulls.entries()) await assertOneEnd(play, projectAt(play, index), { pull, version: 2 });
  }, 240_000);

  it("wrote the database's password to no log", () => {
    const log = bots.flatMap((bot) => bot.log).join("");
    expect(log).not.toContain(password);
    expect(log).not.toContain(encodeURIComponent(password));
  });
});
