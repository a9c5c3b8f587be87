import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openQueue, type Queue } from "../../src/app/queue.ts";
import { until } from "../stage/wait.ts";

/** As pg-boss counts which keys run: every ten seconds. */
const counted = 12_000;
const key = { installationId: 1, repositoryId: 2, owner: "acme", repository: "vault", number: 3 };

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "countersign-counted-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

it("does not take a job for running that ran when pg-boss last counted, before its process was killed", async () => {
  const { promise: end, resolve: finish } = Promise.withResolvers<void>();
  let runs = 0;
  const first = await open("first", async () => {
    runs += 1;
    await end;
  });
  await first.pull(key);
  await until("the job", async () => runs === 1);
  await sleep(counted);
  await cp(join(home, "first"), join(home, "left"), { recursive: true });
  const next = await open("left", async () => {
    runs += 1;
  });
  await next.pull(key);
  await until("the next run", async () => runs > 1, { timeout: 15_000 }).finally(finish);
  await Promise.all([first.stop(), next.stop()]);
});

async function open(directory: string, pull: () => Promise<void>): Promise<Queue> {
  const queue = await openQueue({
    databaseUrl: undefined,
    directory: join(home, directory),
    onError: ({ message }) => expect.fail(message),
    onFailed: () => undefined,
    onGivenUp: () => undefined,
  });
  const nothing = async () => undefined;
  await queue.start({ pull, commit: nothing, installation: nothing, sweep: nothing, chain: nothing });
  return queue;
}
