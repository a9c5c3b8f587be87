import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Measured {
  readonly stdout: string;
  readonly seconds: number;
  /** The most that the program, or any one program that it started, held at once. */
  readonly peakBytes: number;
}

/** Node knows its own memory, not that of the programs that it starts; the system tells both, to a parent. */
const watch = `
import json, resource, subprocess, sys, time
start = time.monotonic()
stdout = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE).stdout.decode()
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps({"stdout": stdout, "seconds": time.monotonic() - start, "peakBytes": peak}))
`;

/** Runs one of these programs in a process of its own: `measure("tree-hash-process.ts", …)`. */
export function measure(program: string, ...args: readonly string[]): Measured {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const command = ["-c", watch, process.execPath, path, ...args];
  return JSON.parse(execFileSync("python3", command, { timeout: 60_000, encoding: "utf8" }));
}
