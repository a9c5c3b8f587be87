import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { findDescendants, readProcess } from "./process-tree.ts";

export interface Watched {
  readonly stdout: string;
  readonly seconds: number;
  /** The most that the program and all that it started held together, looked at every 20 ms. */
  readonly peakBytes: number;
}

/** Runs one of these programs while this process goes on, which may be the host that it asks. */
export async function watch(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Watched> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const start = performance.now();
  const child = spawn(process.execPath, [path, ...args], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  const closed = once(child, "close");
  let peakBytes = 0;
  while (child.exitCode === null && child.signalCode === null) {
    const running = [...readProcess(child.pid ?? 0), ...findDescendants(child.pid ?? 0)];
    peakBytes = Math.max(
      peakBytes,
      running.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    await setTimeout(20);
  }
  await closed;
  return { stdout: Buffer.concat(chunks).toString(), seconds: (performance.now() - start) / 1000, peakBytes };
}
