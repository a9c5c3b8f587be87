import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { fromPglite, PgBoss } from "pg-boss";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JobFailure } from "../../src/app/jobs.ts";
import type { ChainKey, PullKey } from "../../src/app/keys.ts";
import { openQueue, type Queue, type QueueSettings } from "../../src/app/queue.ts";
import { copyDataDirectory } from "../stage/template.ts";
import { until } from "../stage/wait.ts";

type Pull = (key: PullKey) => Promise<void>;

let home: string;
let failures: JobFailure[];
let givenUp: JobFailure[];
/** What the handlers are given; `pull` is the task under test. */
let seen: string[];
let pull: Pull;
let chain: (key: ChainKey) => Promise<void>;

const open = (directory: string, settings: Partial<QueueSettings> = {}) =>
  openQueue({
    databaseUrl: undefined,
    directory: join(home, directory),
    onError: ({ message }) => expect.fail(message),
    onFailed: (failure) => failures.push(failure),
    onGivenUp: (failure) => givenUp.push(failure),
    ...settings,
  });

const start = (queue: Queue) =>
  queue.start({
    pull: (key) => pull(key),
    commit: async () => void seen.push("commit"),
    installation: async () => void seen.push("installation"),
    sweep: async () => void seen.push("sweep"),
    chain: (key) => chain(key),
  });

const key = (number: number, repositoryId = 2): PullKey => {
  return { installationId: 1, repositoryId, owner: "acme", repository: "vault", number };
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-queue-"));
  await copyDataDirectory(join(home, "data"));
  for (const name of ["first", "second"]) await cp(join(home, "data", "queue"), join(home, name), { recursive: true });
}, 60_000);
beforeEach(() => {
  [failures, givenUp, seen] = [[], [], []];
  chain = async () => void seen.push("chain");
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe("the queue", () => {
  let queue: Queue;

  beforeAll(async () => {
    queue = await open("first");
    await start(queue);
  }, 60_000);
  afterAll(() => queue.stop());

  it("gives every key to its handler", async () => {
    pull = async () => void seen.push("pull");
    await queue.pull(key(1));
    await queue.commit({ ...key(1), commit: "a".repeat(40) });
    await queue.installation({ installationId: 1 });
    await queue.sweep();
    await queue.chain({ chainId: 1, interval: 3_600 });
    await until("all five", async () => seen.length === 5);
    expect(seen.toSorted()).toEqual(["chain", "commit", "installation", "pull", "sweep"]);
  });

  it("runs one job of a key at a time, and one more for whatever came meanwhile", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    pull = async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await sleep(700);
      running -= 1;
    };
    await queue.pull(key(1));
    await until("the first", async () => running === 1);
    for (let count = 0; count < 20; count++) await queue.pull(key(1));
    await until("the second", async () => runs === 2 && running === 0);
    await sleep(1_200);
    expect([most, runs]).toEqual([1, 2]);
  });

  it("leaves a job alone until its time, and does not run what comes for it meanwhile", async () => {
    const times: number[] = [];
    pull = async () => void times.push(Date.now());
    const after = new Date(Date.now() + 2_500);
    await queue.pull(key(1), after);
    await queue.pull(key(1));
    await queue.pull(key(2));
    await until("both", async () => times.length === 2);
    await sleep(1_200);
    expect(times.map((time) => time >= after.getTime())).toEqual([false, true]);
  });

  it("runs jobs of several keys side by side", async () => {
    let running = 0;
    let most = 0;
    pull = async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(500);
      running -= 1;
    };
    for (const each of [key(1), key(2), key(1, 3)]) await queue.pull(each);
    await until("three at once", async () => most === 3, { timeout: 10_000 });
    await until("their end", async () => running === 0);
  });

  it("lets nobody wait for a job whose key runs already", async () => {
    const running = new Set<number>();
    const isFree = () => running.has(2) && running.has(3);
    pull = async ({ number }) => {
      running.add(number);
      if (number === 1) await until("the others", async () => isFree(), { timeout: 10_000 });
    };
    await queue.pull(key(1));
    await until("the first", async () => running.has(1));
    for (const number of [1, 2, 3]) await queue.pull(key(number));
    await until("the others", async () => isFree(), { timeout: 5_000 });
  });

  it("looks at a chain again and again, once however often it is asked for, and though a look failed", async () => {
    const looks: number[] = [];
    chain = async ({ chainId }) => {
      looks.push(chainId);
      if (looks.length === 1) throw new Error("the chain is down");
    };
    const start = Date.now();
    for (let count = 0; count < 5; count++) await queue.chain({ chainId: 10, interval: 1 });
    await until("three looks", async () => looks.length === 3);
    expect(Date.now() - start).toBeGreaterThan(1_900);
    expect(failures.map(({ queue: name, reason }) => [name, reason])).toEqual([["chain", "the chain is down"]]);
  });

  it("looks at the other chains while one does not answer, and is to be looked at again", async () => {
    const { promise: answer, resolve } = Promise.withResolvers<void>();
    const looks: number[] = [];
    chain = async ({ chainId }) => {
      looks.push(chainId);
      if (chainId === 20) await answer;
    };
    await queue.chain({ chainId: 20, interval: 3_600 });
    await until("the first", async () => looks.includes(20));
    for (const chainId of [20, 30]) await queue.chain({ chainId, interval: 3_600 });
    await until("the other", async () => looks.includes(30), { timeout: 5_000 }).finally(resolve);
  });

  it("tries a job again that failed, says so, and lets others pass meanwhile", async () => {
    const tries: number[] = [];
    pull = async ({ number }) => {
      tries.push(number);
      if (number === 4 && tries.filter((one) => one === 4).length < 2) throw new Error("the chain is down");
    };
    await queue.pull(key(4));
    await until("the failure", async () => failures.length === 1);
    await queue.pull(key(5));
    await until("both", async () => tries.includes(5) && tries.filter((one) => one === 4).length === 2);
    expect(failures).toEqual([{ queue: "pull", key: key(4), tries: 1, reason: "the chain is down" }]);
  });

  it("finds what failed soon after something new comes for the same key", async () => {
    let tries = 0;
    pull = async () => {
      tries += 1;
      if (tries === 1) throw new Error("no");
    };
    await queue.pull(key(6));
    await until("the failure", async () => failures.length === 1);
    await queue.pull(key(6));
    await until("the second try", async () => tries >= 2, { timeout: 1_900 });
  });

  it("names a pull request again later, while events of it are heard as ever", async () => {
    const at: number[] = [];
    pull = async ({ number }) => void (number === 7 && at.push(Date.now()));
    const due = Math.ceil(Date.now() / 1000) + 4;
    for (let count = 0; count < 3; count++) await queue.wake(key(7), due);
    await queue.wake(key(7), due + 86_400);
    await queue.pull(key(7));
    await until("the event", async () => at.length === 1, { timeout: 3_000 });
    await until("the alarm", async () => at.length === 2, { timeout: 10_000 });
    expect(Number(at[1])).toBeGreaterThanOrEqual(due * 1000);
    await sleep(1_500);
    expect(at).toHaveLength(2);
  });
});

describe("queues that an earlier version made", () => {
  /** Opens the files by pg-boss alone. */
  async function withBoss<T>(use: (boss: PgBoss) => Promise<T>): Promise<T> {
    const embedded = await PGlite.create(join(home, "earlier"));
    const boss = new PgBoss({ db: fromPglite(embedded), backend: "pglite" });
    await boss.start();
    try {
      return await use(boss);
    } finally {
      await boss.stop();
      await embedded.close();
    }
  }

  it("are made anew where jobs of a key stood in each other's way", async () => {
    await withBoss(async (boss) => {
      await boss.createQueue("pull", { policy: "stately" });
      await boss.send("pull", key(1), { singletonKey: "1" });
    });
    const queue = await open("earlier");
    const done: number[] = [];
    pull = async ({ number }) => void done.push(number);
    await start(queue);
    await queue.pull(key(2));
    await until("the new one", async () => done.includes(2));
    await queue.stop();
    expect(await withBoss((boss) => boss.getQueue("pull"))).toMatchObject({ policy: "short" });
  });
});

describe("a queue whose directory is damaged", () => {
  it("does not open, and says so in one sentence", async () => {
    const directory = join(home, "damaged");
    await cp(join(home, "data", "queue"), directory, { recursive: true });
    await writeFile(join(directory, "global", "pg_control"), Buffer.alloc(8_192));
    await expect(open("damaged")).rejects.toMatchObject({ code: "STORE_FAILED" });
  });
});

describe("what a process leaves behind when it ends", () => {
  it("is done by the next one: what waits, and what was under way", async () => {
    const queue = await open("second", { retries: 0 });
    const { promise: end, resolve: finish } = Promise.withResolvers<void>();
    const entered = new Set<number>();
    pull = async ({ number }) => {
      entered.add(number);
      if (number === 1) await end;
    };
    await start(queue);
    await queue.pull(key(1));
    await until("the first", async () => entered.has(1));
    await queue.pull(key(1));
    // As a kill leaves it: the files, while the job runs.
    await cp(join(home, "second"), join(home, "left"), { recursive: true });
    const next = await open("left");
    const done: number[] = [];
    pull = async ({ number }) => void done.push(number);
    await next.pull(key(2));
    await start(next);
    await until("both", async () => done.includes(1) && done.includes(2), { timeout: 10_000 });
    finish();
    await Promise.all([queue.stop(), next.stop()]);
  });

  it("is, where it had failed to the last try, told of and taken up again by the sweep", async () => {
    const queue = await open("second", { retries: 0 });
    pull = async ({ number }) => {
      if (number === 3) throw new Error("the chain is down");
    };
    await start(queue);
    await queue.pull(key(3));
    await until("the failure", async () => failures.length === 1);
    await queue.stop();
    const next = await open("second", { retries: 0 });
    let done = 0;
    pull = async ({ number }) => {
      if (number === 3) done += 1;
    };
    await start(next);
    await sleep(1_000);
    expect([done, givenUp]).toEqual([0, []]);
    await next.sweep();
    await until("the last word", async () => done === 1);
    expect(givenUp).toEqual([{ queue: "pull", key: key(3), tries: 1, reason: "the chain is down" }]);
    await next.sweep();
    await until("another sweep", async () => seen.length === 2);
    expect([done, givenUp.length]).toEqual([1, 1]);
    await next.stop();
  });
});
