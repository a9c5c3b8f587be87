import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAtRest } from "../../src/app/at-rest.ts";
import { openInstallations } from "../../src/app/installations.ts";
import type { PullKey } from "../../src/app/keys.ts";
import { openQueue } from "../../src/app/queue.ts";
import { sweepAll, sweepInstallation, toRestName } from "../../src/app/sweep.ts";
import { readHost } from "../../src/settings.ts";
import { until } from "../../test/stage/wait.ts";

/** What this process tells of one sweep, when all of its jobs are done. */
export interface SweepReport {
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly pulls: number;
  /** In bytes. */
  readonly memory: number;
}

/** The App's sweep and its queue, in a process of their own. Pull requests are found, not reviewed. */
const { HOST = "", KEY = "", INSTALLATIONS = "" } = process.env;
const host = readHost({ GHE_HOST: HOST, GHE_PROTOCOL: "http" });
if ("problems" in host) throw new Error(host.problems[0].message);
const directory = await mkdtemp(join(tmpdir(), "countersign-scaling-queue-"));
const installations = openInstallations({ appId: 7, privateKey: KEY, host: host.value });
const queue = await openQueue({
  databaseUrl: undefined,
  directory,
  onError: ({ message }) => process.stderr.write(`${message}\n`),
  onFailed: ({ reason }) => process.stderr.write(`${reason}\n`),
  onGivenUp: ({ reason }) => process.stderr.write(`${reason}\n`),
});
const atRest = createAtRest();
/** Installations, by their ids: a job may run twice. */
const swept = new Set<number>();
let pulls = 0;

/** Found, and counted as reviewed. */
async function note(key: PullKey): Promise<void> {
  pulls += 1;
  if (key.changedAt) atRest.add(toRestName(key), key.changedAt);
}

const sweep = { installations, atRest, sink: { ...queue, pull: note }, listQueueHeads: async () => [] };
await queue.start({
  pull: note,
  commit: async () => undefined,
  async installation(key) {
    await sweepInstallation(key, sweep);
    swept.add(key.installationId);
    if (swept.size % 1_000 === 0) process.stderr.write(`${swept.size} of ${INSTALLATIONS} installations\n`);
  },
  sweep: () => sweepAll(sweep),
  chain: async () => undefined,
});

for (let round = 0; round < 2; round++) {
  swept.clear();
  pulls = 0;
  const [start, processor] = [performance.now(), process.cpuUsage()];
  await queue.sweep();
  await until("the sweep", async () => swept.size === Number(INSTALLATIONS), { timeout: 3_600_000 });
  const { user, system } = process.cpuUsage(processor);
  const report: SweepReport = {
    seconds: (performance.now() - start) / 1000,
    processorSeconds: (user + system) / 1e6,
    pulls,
    memory: process.memoryUsage.rss(),
  };
  await new Promise((resolve) => process.send?.(report, resolve));
}
await queue.stop();
await rm(directory, { recursive: true, force: true });
process.exit(0);
