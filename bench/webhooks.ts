import { openPlay, type Play } from "../test/stage/play.ts";
import { startPostgres } from "../test/stage/postgres.ts";
import { type Row, toRow } from "./row.ts";
import { type Load, send } from "./webhooks/load.ts";
import { readMemory } from "./webhooks/memory.ts";
import { measureReference } from "./webhooks/reference.ts";
import { measureMerges, openSigned } from "./webhooks/work.ts";

/** 100,000 take about ten minutes for each database. */
const count = Number(process.env.COUNTERSIGN_DELIVERIES ?? 10_000);
const pullRequests = 12;
const referenceName = "a Probot that only answers";

/**
 * The App's door and its work, on both databases, beside a bare Probot under the same load. The deliveries name pull
 * requests that are there, so that the App reads them again all the while.
 */
export async function measure(): Promise<readonly Row[]> {
  const rows = await measureOn("embedded database", {});
  const postgres = await startPostgres().catch((error) => {
    console.error(`PostgreSQL is left out: it could not be started here (${error.message.split("\n", 1)[0]})`);
  });
  if (!postgres) return rows;
  try {
    return [...rows, ...(await measureOn("PostgreSQL", { DATABASE_URL: await postgres.createDatabase("bench") }))];
  } finally {
    await postgres.stop();
  }
}

async function measureOn(database: string, settings: Record<string, string>): Promise<readonly Row[]> {
  const paths = Array.from({ length: pullRequests }, (_, index) => `rules/${index}`);
  const play = await openPlay({ records: { paths, signers: 3, threshold: 2 }, settings: () => settings });
  try {
    const numbers = await openSigned(play);
    const merges = await measureMerges(play, numbers);
    const load = { secret: readSecret(play), bodies: readBodies(play), count };
    return [...(await compare(database, { play, load })), toWork(database, merges)];
  } finally {
    await play.end();
  }
}

async function compare(
  database: string,
  { play, load }: { readonly play: Play; readonly load: Omit<Load, "url"> },
): Promise<readonly Row[]> {
  const theirs = await measureReference(load);
  const ours = await send({ ...load, url: play.bot.url });
  const memory = await readMemory(play.bot.pid);
  const row = (name: string, unit: string, [one, two]: readonly [number, number]) =>
    toRow({ name: `${name}, ${database}`, unit, ours: one, reference: two, referenceName });
  return [
    row("webhooks accepted", "per second", [ours.perSecond, theirs.perSecond]),
    row("p95 of the answer", "ms", [ours.p95, theirs.p95]),
    row(`memory after ${count.toLocaleString("en")} deliveries`, "MiB", [memory, theirs.memory]),
  ];
}

function toWork(database: string, ours: number): Row {
  const name = `pull requests from merge to finalized record, ${database}`;
  return toRow({ name, unit: "per second", ours, reference: null, referenceName: "none" });
}

function readSecret({ stage, registry }: Play): string {
  return String(stage.toSettings(registry).WEBHOOK_SECRET);
}

/** As the stand-in sent them, one for each pull request. */
function readBodies({ stage }: Play): readonly string[] {
  const opened = stage.github.webhooks.log.filter(
    ({ event, action }) => event === "pull_request" && action === "opened",
  );
  return opened.map(({ payload }) => JSON.stringify(payload));
}
