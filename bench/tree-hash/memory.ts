import { readdirSync, readFileSync } from "node:fs";

const interval = 5;

/**
 * Looks again and again at a process and all that it started, and answers the most that they held together at one look: of
 * pages that several of them map, mapped packs among them, each one's share. In bytes; undefined where there is no /proc.
 */
export function watchPeakMemory(root: number): { stop(): number | undefined } {
  let peak = 0;
  const timer = setInterval(() => {
    const shares = findProcesses(root).map(readShare);
    peak = Math.max(
      peak,
      shares.reduce((sum, share) => sum + share, 0),
    );
  }, interval);
  return {
    stop() {
      clearInterval(timer);
      return peak === 0 ? undefined : peak;
    },
  };
}

function findProcesses(id: number): number[] {
  const children = listThreads(id).flatMap((thread) => readText(`/proc/${id}/task/${thread}/children`).split(" "));
  return [id, ...children.filter((child) => child !== "").flatMap((child) => findProcesses(Number(child)))];
}

function listThreads(id: number): string[] {
  try {
    return readdirSync(`/proc/${id}/task`);
  } catch {
    return [];
  }
}

/** Its proportional share of resident memory (proc_pid_smaps(5), Pss), mapped files with it. */
function readShare(id: number): number {
  return 1024 * Number(/^Pss:\s+(\d+) kB$/m.exec(readText(`/proc/${id}/smaps_rollup`))?.[1] ?? 0);
}

/** Empty where it has ended meanwhile. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
