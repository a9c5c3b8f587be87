import { readdirSync, readFileSync } from "node:fs";

/** What Linux tells of a process that runs now. */
export interface RunningProcess {
  readonly id: number;
  readonly parent: number;
  /** Its arguments, and its environment, each ended by NUL. */
  readonly commandLine: string;
  readonly environment: string;
  /** Bytes of memory of its own: not the files that it maps, which the system takes back as it likes. */
  readonly bytes: number;
}

/** Everything that a process started, and what that started, while it runs. */
export function findDescendants(id: number): RunningProcess[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)));
  const found = new Set([id]);
  // A child has a higher number than its parent, but for the rare overflow.
  for (const process of all.toSorted((one, two) => one.id - two.id))
    if (found.has(process.parent)) found.add(process.id);
  return all.filter((process) => process.id !== id && found.has(process.id));
}

/** None where it has ended meanwhile. */
export function readProcess(id: number): RunningProcess[] {
  try {
    const [, parent = "0"] = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${id}/stat`, "latin1")) ?? [];
    const [, kilobytes = "0"] = /^RssAnon:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "latin1")) ?? [];
    const [commandLine, environment] = ["cmdline", "environ"].map((name) =>
      readFileSync(`/proc/${id}/${name}`, "utf8"),
    );
    return [
      {
        id,
        parent: Number(parent),
        commandLine: commandLine ?? "",
        environment: environment ?? "",
        bytes: Number(kilobytes) * 1024,
      },
    ];
  } catch {
    return [];
  }
}
