import { fork } from "node:child_process";
import { on } from "node:events";
import type { Logged } from "../test/stand-in/server.ts";
import { type Row, toRow } from "./row.ts";
import type { SweepReport } from "./scaling/app-process.ts";
import { openWorld } from "./scaling/world.ts";

const program = new URL("scaling/app-process.ts", import.meta.url);

/** Of so many installations; docs/scaling.md has the figures of 10,000. */
const size = Number(process.env.COUNTERSIGN_INSTALLATIONS ?? 200);

/** What the hourly sweep costs: the first one, which knows nothing, and one after it. */
export async function measure(): Promise<readonly Row[]> {
  const world = await openWorld(size);
  const { github, privateKey: KEY } = world;
  const env = { PATH: process.env.PATH, HOST: github.host, KEY, INSTALLATIONS: String(size) };
  const child = fork(program, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    const rows: Row[] = [];
    for await (const [report] of on(child, "message", { close: ["exit"] })) {
      const name = `${rows.length === 0 ? "first" : "next"} sweep of ${size} installations`;
      rows.push(...toRows(name, report as SweepReport, github.requests.splice(0)));
    }
    if (child.exitCode !== 0) throw new Error(`the App's process ended with ${child.exitCode}`);
    return rows;
  } finally {
    child.kill("SIGKILL");
    await world.end();
  }
}

function toRows(
  name: string,
  { seconds, processorSeconds, pulls, memory }: SweepReport,
  log: readonly Logged[],
): Row[] {
  const count = (isCounted: (one: Logged) => boolean) => log.filter(isCounted).length;
  const isToken = ({ route }: Logged) => route.endsWith("/access_tokens");
  const row = (unit: string, ours: number) =>
    toRow({ name, unit, ours: Math.round(ours), reference: null, referenceName: "none" });
  return [
    row("requests", log.length),
    row("requests for tokens", count(isToken)),
    row(
      "requests unchanged (304)",
      count(({ status }) => status === 304),
    ),
    row("pull requests found", pulls),
    row("seconds", seconds),
    row("seconds of the processor", processorSeconds),
    row("MiB of memory", memory / 1024 ** 2),
  ];
}
