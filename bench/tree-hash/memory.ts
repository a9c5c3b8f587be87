import { readdirSync, readFileSync } from "node:fs";

const interval = 5;

/**
 * Looks again and again at a process and all that it started. The sum of each one's own peak is what they can have held
 * together at most: they need not have peaked at once, and pages of a pack that two of them map count twice. In bytes;
 * undefined where there is no /proc.
 */
export function watchPeakMemory(root: number): { stop(): number | undefined } {
  const peaks = new Map<number, number>();
  const timer = setInterval(() => {
    for (const id of findProcesses(root)) peaks.set(id, Math.max(peaks.get(id) ?? 0, readPeak(id)));
  }, interval);
  return {
    stop() {
      clearInterval(timer);
      return peaks.size === 0 ? undefined : [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
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

/** The peak of its resident memory (proc(5), VmHWM), mapped files with it. */
function readPeak(id: number): number {
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readText(`/proc/${id}/status`))?.[1] ?? 0);
}

/** Empty where it has ended meanwhile. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
