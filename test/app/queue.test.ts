import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ChainKey, PullKey } from "../../src/app/keys.ts";
import { openQueue, type Queue } from "../../src/app/queue.ts";
import { copyDataDirectory } from "../stage/template.ts";
import { until } from "../stage/wait.ts";

let directory: string;
let queue: Queue;
let errors: Error[];

const open = () =>
  openQueue({ databaseUrl: undefined, directory: join(directory, "queue"), onError: (error) => errors.push(error) });

beforeEach(async () => {
  errors = [];
  directory = join(await mkdtemp(join(tmpdir(), "countersign-queue-")), "data");
  await copyDataDirectory(directory);
  queue = await open();
}, 60_000);

afterEach(async () => {
  await queue.stop();
  await rm(join(directory, ".."), { recursive: true, force: true });
});

const key = (number: number, repositoryId = 2): PullKey => {
  return { installationId: 1, repositoryId, owner: "acme", repository: "vault", number };
};

/** Handlers that write down what they are given; `pull` is the task under test. */
function handlers(pull: (key: PullKey) => Promise<void>) {
  return { pull, commit: async () => undefined, sweep: async () => undefined, chain: async () => undefined };
}

describe("the queue", () => {
  it("gives every key to its handler", async () => {
    const seen: string[] = [];
    const note = (name: string) => async () => void seen.push(name);
    await queue.start({ pull: note("pull"), commit: note("commit"), sweep: note("sweep"), chain: note("chain") });
    await queue.pull(key(1));
    await queue.commit({ ...key(1), commit: "a".repeat(40) });
    await queue.sweep();
    await queue.chain({ chainId: 1, interval: 3_600 });
    await until("all four", async () => seen.length === 4);
    expect(seen.toSorted()).toEqual(["chain", "commit", "pull", "sweep"]);
  });

  it("runs one job of a key at a time, and one more for whatever came meanwhile", async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    await queue.start(
      handlers(async () => {
        running += 1;
        runs += 1;
        most = Math.max(most, running);
        await sleep(700);
        running -= 1;
      }),
    );
    await queue.pull(key(1));
    await until("the first", async () => running === 1);
    for (let count = 0; count < 20; count++) await queue.pull(key(1));
    await until("the second", async () => runs === 2 && running === 0);
    await sleep(1_200);
    expect([most, runs]).toEqual([1, 2]);
  });

  it("runs jobs of several keys side by side", async () => {
    let running = 0;
    let most = 0;
    await queue.start(
      handlers(async () => {
        running += 1;
        most = Math.max(most, running);
        await sleep(500);
        running -= 1;
      }),
    );
    for (const each of [key(1), key(2), key(1, 3)]) await queue.pull(each);
    await until("three at once", async () => most === 3, { timeout: 10_000 });
  });

  it("looks at a chain again and again, once however often it is asked for, and though a look failed", async () => {
    const looks: number[] = [];
    const chain = async ({ chainId }: ChainKey) => {
      looks.push(chainId);
      if (looks.length === 1) throw new Error("the chain is down");
    };
    await queue.start({ ...handlers(async () => undefined), chain });
    const start = Date.now();
    for (let count = 0; count < 5; count++) await queue.chain({ chainId: 10, interval: 1 });
    await until("three looks", async () => looks.length === 3);
    expect(Date.now() - start).toBeGreaterThan(1_900);
    expect(errors.map(({ message }) => message)).toEqual(["the chain is down"]);
  });

  it("tries a job again that failed, says so, and lets others pass meanwhile", async () => {
    const tries: number[] = [];
    await queue.start(
      handlers(async ({ number }) => {
        tries.push(number);
        if (number === 1 && tries.filter((one) => one === 1).length < 2) throw new Error("the chain is down");
      }),
    );
    await queue.pull(key(1));
    await until("the failure", async () => errors.length === 1);
    await queue.pull(key(2));
    await until("both", async () => tries.includes(2) && tries.filter((one) => one === 1).length === 2);
    expect(errors.map(({ message }) => message)).toEqual(["the chain is down"]);
  });

  it("finds what failed soon after something new comes for the same key", async () => {
    let tries = 0;
    await queue.start(
      handlers(async () => {
        tries += 1;
        if (tries === 1) throw new Error("no");
      }),
    );
    await queue.pull(key(1));
    await until("the failure", async () => errors.length === 1);
    await queue.pull(key(1));
    await until("the second try", async () => tries >= 2, { timeout: 1_900 });
  });
});
