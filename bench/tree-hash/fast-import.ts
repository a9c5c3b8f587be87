import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { askGit, gitEnvironment } from "./git.ts";

/** A file as a commit leaves it: `path` relative to the root of the repository. */
export interface Change {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Makes a bare repository of what git-fast-import(1) is told, packed into one pack. */
export async function makeRepository(
  directory: string,
  history: Iterable<Buffer> | AsyncIterable<Buffer>,
  { compression = "-1" } = {},
): Promise<void> {
  await mkdir(directory, { recursive: true });
  await askGit(directory, ["init", "--quiet", "--bare", "--initial-branch=main", "--object-format=sha1"]);
  // Stored as it comes and packed afterwards: deltas and zlib once, on all cores, in half the time.
  const settings = ["-c", "core.compression=0", "-c", "pack.compression=0", "-c", "core.bigFileThreshold=16m"];
  const importer = spawn("git", ["-C", directory, ...settings, "fast-import", "--quiet", "--done", "--depth=0"], {
    env: gitEnvironment,
    stdio: ["pipe", "inherit", "inherit"],
  });
  const closed = once(importer, "close");
  await pipeline(Readable.from(history), importer.stdin);
  const [code] = await closed;
  if (code !== 0) throw new Error(`expected git fast-import to end with 0, found ${code}`);
  const packing = ["-c", `pack.compression=${compression}`, "-c", "core.bigFileThreshold=16m"];
  await askGit(directory, [...packing, "repack", "-a", "-d", "-F", "--quiet"]);
}

/** The head of a commit, which {@link writeChange} follows. Each has its own fixed time. */
export function writeCommit(branch: string, { number, from }: { number: number; from?: string }): Buffer {
  const message = `Commit ${number}`;
  const lines = [
    `commit refs/heads/${branch}`,
    `committer Bench <bench@example.org> ${1_700_000_000 + 3_600 * number} +0000`,
    `data ${message.length}`,
    message,
    ...(from === undefined ? [] : [`from refs/heads/${from}`]),
  ];
  return Buffer.from(`${lines.join("\n")}\n`);
}

export function* writeChange({ path, bytes }: Change): Generator<Buffer> {
  yield Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`);
  yield bytes;
  yield Buffer.from("\n");
}

export const endOfHistory = Buffer.from("done\n");
