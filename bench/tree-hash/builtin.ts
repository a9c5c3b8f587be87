import { type Row, toRow } from "../row.ts";
import { runOurs } from "./process.ts";
import { takeBest } from "./rounds.ts";
import { type Subject, toLastTime, toRequest, toTimeRow } from "./whole-tree.ts";

/** The road without native git, which holds packs in memory: its time and, as there is no other process, its peak. */
export async function measureBuiltin(subject: Subject, rounds: number): Promise<readonly Row[]> {
  const name = `${subject.name}: whole tree without native git`;
  const native = toRequest(subject);
  let peak = 0;
  const best = await takeBest(rounds, {
    ours: async () => {
      const run = await runOurs({ ...native, git: "builtin" });
      peak = Math.max(peak, run.peakMemory);
      return toLastTime(run);
    },
    reference: async () => toLastTime(await runOurs(native)),
  });
  return [
    toTimeRow({ name, unit: "ms", ...best, referenceName: "ours by native git" }),
    toRow({
      name: `${name}: peak memory`,
      unit: "MiB",
      ours: Math.round(peak / 1024 ** 2),
      reference: null,
      referenceName: "none",
    }),
  ];
}
