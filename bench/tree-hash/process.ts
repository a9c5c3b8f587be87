import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { buildOurs } from "./build-ours.ts";
import { watchPeakMemory } from "./memory.ts";
import type { OursAnswer, OursRequest } from "./ours.ts";

const program = await buildOurs();

/** `wall`: from start to end of the process, in milliseconds. */
export interface OursRun extends OursAnswer {
  readonly wall: number;
}

/** Hashes in a new process, as the CLI does. */
export async function runOurs(request: OursRequest): Promise<OursRun> {
  const begun = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(request)]);
  return { ...(JSON.parse(stdout) as OursAnswer), wall: performance.now() - begun };
}

/** The same, watched: not to be timed. In bytes; undefined where the system does not tell it. */
export async function measureOursMemory(
  request: OursRequest,
): Promise<{ readonly node: number; readonly tree: number | undefined }> {
  const child = spawn(process.execPath, [program, JSON.stringify(request)], { stdio: ["ignore", "pipe", "inherit"] });
  const peak = watchPeakMemory(child.pid ?? 0);
  const chunks: Buffer[] = await child.stdout.toArray();
  const { peakMemory } = JSON.parse(Buffer.concat(chunks).toString()) as OursAnswer;
  return { node: peakMemory, tree: peak.stop() };
}
