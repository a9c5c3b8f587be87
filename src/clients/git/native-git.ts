import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { devNull, tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import type { Readable, Writable } from "node:stream";

export type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** One whose output goes to a stream of the caller's. */
export type PipedGitProcess = ChildProcessByStdio<Writable, null, Readable>;

/** A git program on this machine, run so that nothing of a repository but its objects has a say. */
export interface NativeGit {
  /** `2.39.5` */
  readonly version: string;
  /** Runs git over the objects below a directory (`…/objects`) and its alternates. */
  overObjects(objects: string, args: readonly string[]): GitProcess;
  overObjects(objects: string, args: readonly string[], output: Socket): PipedGitProcess;
  /** A directory that only this user can look into. */
  readonly scratch: string;
  /** Runs git in a bare repository that is our own, as the leader of its process group (see {@link killGroup}). */
  inOwn(gitDirectory: string, args: readonly string[], bounds: OwnBounds): GitProcess;
}

export interface OwnBounds {
  /** Adds to the repository's, unseen by other users. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Seconds on a processor, of each process: where nobody is left to kill it, a bomb is not unpacked to its end. */
  readonly processorSeconds: number;
}

/** What git may allocate in one piece: no object that it has to hold whole is larger. In bytes. */
export const maxAllocation = 256 * 1024 ** 2;

/** Larger blobs git streams, without a look at where they end. In bytes. */
const streamedFrom = 1024 ** 2;

/** What it may allocate where a stranger chose the bytes: it holds several at once. GitHub takes no file of more than 100 MB. */
const maxReceived = 128 * 1024 ** 2;

/** The oldest that takes configuration from its environment and the wants of a fetch from standard input. */
const oldest = [2, 31] as const;

/**
 * Git on the path, where it is new enough. `path` is the PATH to look in; nothing else of the environment reaches git.
 */
export async function findNativeGit(path: string | undefined): Promise<NativeGit | undefined> {
  // The current directory may be a stranger's repository: Windows would look there, and a relative path too.
  const PATH = path?.split(delimiter).filter(isAbsolute).join(delimiter);
  if (!PATH || process.platform === "win32") return undefined;
  const version = await readVersion(PATH);
  if (version === undefined || !isNewEnough(version)) return undefined;
  const run = (
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    { detached = false, output, processorSeconds }: RunOptions = {},
  ) =>
    spawn(...toCommand([...settings, ...args], processorSeconds), {
      env: { ...quiet, PATH, ...environment },
      // A directory of our own: git looks around where it is run.
      cwd: emptyRepository(),
      stdio: ["pipe", output ?? "pipe", "pipe"],
      detached,
    });
  return {
    version,
    scratch: emptyRepository(),
    overObjects: ((objects: string, args: readonly string[], output?: Socket) =>
      run(args, { GIT_DIR: emptyRepository(), GIT_OBJECT_DIRECTORY: objects }, { output })) as NativeGit["overObjects"],
    inOwn(gitDirectory, args, { configuration, processorSeconds }) {
      const own = { GIT_DIR: gitDirectory, GIT_ALLOC_LIMIT: String(maxReceived) };
      const options = { detached: true, processorSeconds };
      return run(args, { ...own, ...toEnvironment(configuration) }, options) as GitProcess;
    },
  };
}

interface RunOptions {
  readonly detached?: boolean;
  readonly output?: Socket | undefined;
  readonly processorSeconds?: number;
}

/** POSIX's shell sets the limit, which the processes that git starts inherit, and git takes the shell's place. */
function toCommand(args: readonly string[], processorSeconds: number | undefined): [string, readonly string[]] {
  if (processorSeconds === undefined) return ["git", args];
  const script = 'ulimit -t "$1"; shift; exec git "$@"';
  return ["/bin/sh", ["-c", script, "sh", String(Math.ceil(processorSeconds)), ...args]];
}

/** Ends a git of `inOwn` and all that it started: an index-pack would go on unpacking a bomb. */
export function killGroup({ pid }: GitProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}

/** No configuration but ours, no replaced objects, no fetch of what is missing, nobody to ask (threats T13, F24). */
const quiet = {
  LC_ALL: "C",
  HOME: devNull,
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_SYSTEM: devNull,
  GIT_CONFIG_GLOBAL: devNull,
  GIT_ATTR_NOSYSTEM: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_NO_LAZY_FETCH: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_ALLOC_LIMIT: String(maxAllocation),
};

/**
 * Hooks and helpers are switched off. Blobs of more than a megabyte are streamed; packs are looked at through a small
 * window, and unpacked by one thread, since each holds objects. Each pack is asked by its own index, as without git.
 */
const settings = [
  ["core.hooksPath", devNull],
  ["core.fsmonitor", "false"],
  ["core.bigFileThreshold", String(streamedFrom)],
  ["core.multiPackIndex", "false"],
  ["core.packedGitWindowSize", "1m"],
  ["core.packedGitLimit", "4m"],
  ["core.deltaBaseCacheLimit", "4m"],
  ["pack.threads", "1"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["protocol.allow", "never"],
].flatMap(([name, value]) => ["-c", `${name}=${value}`]);

function toEnvironment(configuration: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const pairs = Object.entries(configuration);
  const entries = pairs.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { GIT_CONFIG_COUNT: String(pairs.length), ...Object.fromEntries(entries) };
}

let empty: string | undefined;

/** A repository without anything, so that git reads no other's HEAD, refs, grafts and configuration. Gone with the process. */
function emptyRepository(): string {
  // What cleans temporary directories may have been here since.
  const isThere = ["HEAD", "objects", "refs"].every((name) => empty !== undefined && existsSync(join(empty, name)));
  if (empty !== undefined && isThere) return empty;
  const directory = mkdtempSync(join(tmpdir(), "countersign-git-"));
  for (const name of ["objects", "refs"]) mkdirSync(join(directory, name));
  writeFileSync(join(directory, "HEAD"), "ref: refs/heads/none\n");
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  empty = directory;
  return directory;
}

async function readVersion(path: string): Promise<string | undefined> {
  const child = spawn("git", ["--version"], { env: { ...quiet, PATH: path }, stdio: ["ignore", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  const isThere = await new Promise((resolve) => {
    child.once("error", () => resolve(false)).once("close", (code) => resolve(code === 0));
  });
  return isThere ? /^git version (\d+\.\d+(?:\.\d+)*)/.exec(Buffer.concat(chunks).toString())?.[1] : undefined;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
