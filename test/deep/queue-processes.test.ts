import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openQueue, type Queue } from "../../src/app/queue.ts";
import { openStore } from "../../src/clients/store.ts";
import { type Postgres, startPostgres } from "../stage/postgres.ts";
import { until } from "../stage/wait.ts";

const program = fileURLToPath(new URL("../helpers/queue-process.ts", import.meta.url));
const deaf = { directory: "", onError: () => undefined, onFailed: () => undefined, onGivenUp: () => undefined };

interface Said {
  readonly process: number;
  readonly word: string;
  readonly about: string;
}

let postgres: Postgres;
let children: ChildProcess[];
/** All that the processes said, in the order in which it came. */
let said: Said[];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
});

async function startProcesses(
  databaseUrl: string,
  { count, sweeps = "17 * * * *" }: { count: number; sweeps?: string },
) {
  said = [];
  children = Array.from({ length: count }, (_, index) => {
    const child = spawn(process.execPath, [program, databaseUrl, sweeps], { stdio: ["ignore", "pipe", "inherit"] });
    child.stdout.on("data", (chunk) => {
      for (const line of String(chunk).trim().split("\n")) {
        const [word = "", ...about] = line.split(" ");
        said.push({ process: index, word, about: about.join(" ") });
      }
    });
    return child;
  });
  await until("every process", async () => heard("open").length === count);
}

const heard = (word: string) => said.filter((one) => one.word === word);
const pull = (queue: Queue, number: number) =>
  queue.pull({ installationId: 1, repositoryId: 2, owner: "acme", repository: "vault", number });

/** How many jobs of one key ran at once, at most, as far as `start` and `end` tell. */
function countOverlaps(): number {
  const running = new Map<string, number>();
  let most = 0;
  for (const { word, about } of said) {
    const step = word === "start" ? 1 : word === "end" ? -1 : 0;
    const count = (running.get(about) ?? 0) + step;
    running.set(about, count);
    most = Math.max(most, count);
  }
  return most;
}

describe("several processes on one PostgreSQL", () => {
  it("make its tables at once, share the work, and run no key twice at a time", async () => {
    const url = await postgres.createDatabase("shared");
    await startProcesses(url, { count: 4 });
    expect(heard("error")).toEqual([]);
    const queue = await openQueue({ databaseUrl: url, ...deaf });
    for (let round = 0; round < 5; round++) for (let number = 1; number <= 12; number++) await pull(queue, number);
    await until("quiet", async () => (await countWaiting("shared")) === 0);
    await queue.stop();
    await until("the last words", async () => heard("start").length === heard("end").length);
    expect(new Set(heard("end").map(({ about }) => about)).size).toBe(12);
    expect(new Set(heard("end").map((one) => one.process)).size).toBeGreaterThanOrEqual(3);
    expect(countOverlaps()).toBe(1);
  });

  it("take up within a minute what a killed one had under way, and whatever came for it meanwhile", async () => {
    const url = await postgres.createDatabase("killed");
    await startProcesses(url, { count: 3 });
    const queue = await openQueue({ databaseUrl: url, ...deaf });
    await pull(queue, 1);
    const first = await until("the start", async () => heard("start")[0], { interval: 5 });
    children[first.process]?.kill("SIGKILL");
    await pull(queue, 1);
    await pull(queue, 2);
    await until("the other pull request", async () => heard("end").some(({ about }) => about === "2"), {
      timeout: 5_000,
    });
    await until("the same one", async () => heard("end").some(({ about }) => about === "1"));
    await until("quiet", async () => (await countWaiting("killed")) === 0);
    await queue.stop();
  });

  it("sweep once, whatever their number", async () => {
    const url = await postgres.createDatabase("sweeps");
    await startProcesses(url, { count: 3, sweeps: "* * * * *" });
    await until("three sweeps", async () => heard("sweep").length >= 3, { timeout: 240_000 });
    const rows = await postgres.query("sweeps", "select created_on from pgboss.job where name = 'sweep' order by 1");
    const [first = 0, , third = 0] = rows.map(({ created_on }) => Number(created_on));
    // One a minute, give or take what the clock's look at the schedule comes late; were it each its own, three at once.
    expect(third - first).toBeGreaterThan(60_000);
  }, 300_000);

  it("go on by themselves when the database was away", async () => {
    const url = await postgres.createDatabase("restarted");
    await startProcesses(url, { count: 2 });
    await postgres.restart();
    const queue = await openQueue({ databaseUrl: url, ...deaf });
    await pull(queue, 1);
    await until("the pull request", async () => heard("end").length === 1);
    await queue.stop();
  });

  it("end what they do before they stop", async () => {
    const url = await postgres.createDatabase("stopped");
    await startProcesses(url, { count: 1 });
    const queue = await openQueue({ databaseUrl: url, ...deaf });
    await pull(queue, 1);
    await until("the start", async () => heard("start").length === 1, { interval: 5 });
    const [child] = children;
    const exit = child && once(child, "exit");
    child?.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    expect(heard("end").length).toBe(1);
    expect(await countWaiting("stopped")).toBe(0);
    await queue.stop();
  });

  it("know of each other's deliveries", async () => {
    const databaseUrl = await postgres.createDatabase("deliveries");
    const [one, two] = await Promise.all([1, 2].map(() => openStore({ databaseUrl, directory: "" })));
    await one?.deliveries.remember("1");
    expect(await two?.deliveries.isKnown("1")).toBe(true);
    await Promise.all([one?.close(), two?.close()]);
  });
});

async function countWaiting(database: string): Promise<number> {
  const text = "select count(*)::int as count from pgboss.job where name = 'pull' and state < 'completed'";
  const [row] = await postgres.query(database, text);
  return Number(row?.count);
}
