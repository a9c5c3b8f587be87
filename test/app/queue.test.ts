import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PullKey } from "../../src/app/keys.ts";
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
  return { pull, commit: async () => undefined, sweep: async () => undefined };
}

describe("the queue", () => {
  it("gives every key to its handler", async () => {
    const seen: string[] = [];
    const note = (name: string) => async () => void seen.push(name);
    await queue.start({ pull: note("pull"), commit: note("commit"), sweep: note("sweep") });
    await queue.pull(key(1));
    await queue.commit({ ...key(1), commit: "a".repeat(40) });
    await queue.sweep();
    await until("all three", async () => seen.length === 3);
    expect(seen.toSorted()).toEqual(["commit", "pull", "sweep"]);
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

  it("names a pull request again later, while events of it are heard as ever", async () => {
    const at: number[] = [];
    await queue.start(handlers(async () => void at.push(Date.now())));
    const due = Math.ceil(Date.now() / 1000) + 4;
    for (let count = 0; count < 3; count++) await queue.wake(key(1), due);
    await queue.wake(key(1), due + 86_400);
    await queue.pull(key(1));
    await until("the event", async () => at.length === 1, { timeout: 3_000 });
    await until("the alarm", async () => at.length === 2, { timeout: 10_000 });
    expect(Number(at[1])).toBeGreaterThanOrEqual(due * 1000);
    await sleep(1_500);
    expect(at).toHaveLength(2);
  });
});
