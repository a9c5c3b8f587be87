import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gitEnvironment } from "./git.ts";

/** What the same answer, or less, costs with the tools of the system. Each ends with what it printed. */
export interface Pipelines {
  /** The bytes of an archive, hashed: nothing is verified, and the answer depends on attributes. */
  readonly archive: () => Promise<string>;
  /** The archive laid out in memory, then the coreutils line of protocol §2: its answer is the tree hash. */
  readonly byHand: () => Promise<string>;
  /** All blobs as git stores them, hashed in one piece: nothing is verified. */
  readonly catFile: () => Promise<string>;
  /** The floor: the same bytes from one file in memory, by coreutils. */
  readonly sha256sum: () => Promise<string>;
  /** The floor by OpenSSL, as node carries it. Within this process: nothing is started. */
  readonly openssl: () => Promise<string>;
  readonly close: () => Promise<void>;
}

const byHand = `find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum`;

export async function openPipelines({ directory, commit }: { directory: string; commit: string }): Promise<Pipelines> {
  const place = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "countersign-bench-"));
  const run = async (script: string) => {
    const options = { cwd: place, env: { ...gitEnvironment, GIT_DIR: directory, COMMIT: commit } };
    const { stdout } = await promisify(execFile)("bash", ["-o", "pipefail", "-ec", script], options);
    return stdout.slice(0, 64);
  };
  const bytes = join(place, "bytes");
  await run("git archive $COMMIT | tar -xO > bytes");
  return {
    archive: () => run("git archive $COMMIT | sha256sum"),
    byHand: () => run(`rm -rf files; mkdir files; git archive $COMMIT | tar -x -C files; cd files; ${byHand}`),
    catFile: () =>
      run("git ls-tree -r --format='%(objectname)' $COMMIT | git cat-file --batch='' --buffer | sha256sum"),
    sha256sum: () => run("sha256sum bytes"),
    openssl: async () => hashFile(bytes),
    close: () => rm(place, { recursive: true }),
  };
}

/** Reads into the same megabyte again and again: next to nothing but the hashing is left. */
function hashFile(path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(1024 ** 2);
  const file = openSync(path, "r");
  for (let length = -1; length !== 0; hash.update(chunk.subarray(0, length))) length = readSync(file, chunk);
  closeSync(file);
  return hash.digest("hex");
}
