import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failure } from "../../errors.ts";
import { discard } from "./kept-mirror.ts";
import type { Mirror } from "./mirror.ts";
import { type GitProcess, killGroup, type NativeGit } from "./native-git.ts";
import { findAbsent, openNativeObjects } from "./native-objects.ts";
import { openRelay } from "./relay.ts";
import type { Transport } from "./transport.ts";

/** Tip of what is here, so that git tells the host what need not be sent again. */
const haveRef = "refs/countersign/have";

export interface PartialMirrorSettings {
  readonly git: NativeGit;
  readonly gitDirectory: string;
  readonly url: string;
  readonly connect: (signal: AbortSignal) => Transport;
  /** Of one fetch. */
  readonly milliseconds: number;
}

/**
 * A bare repository that native git fetches into: commits and trees at first, and of the files those that are asked for,
 * all together.
 */
export function openPartialMirror(settings: PartialMirrorSettings): Mirror {
  const { git, gitDirectory } = settings;
  const objects = join(gitDirectory, "objects");
  const source = openNativeObjects(git, objects);

  return {
    ...source,
    prepare: () => prepare(gitDirectory),
    async fetchCommit(commit, depth) {
      const wants = [`--depth=${depth}`, "--end-of-options", "origin", `+${commit}:${haveRef}`];
      await fetch(wants, { settings });
    },
    findAbsent: (oids) => findAbsent(git, { objects, oids }),
    fetchBlobs: (oids) =>
      fetch(["--stdin", "--end-of-options", "origin"], { settings, input: oids, configuration: withoutHaves }),
  };
}

interface FetchOptions {
  readonly settings: PartialMirrorSettings;
  readonly input?: readonly string[];
  readonly configuration?: Readonly<Record<string, string>>;
}

/** Where the host answered and git takes no good of it, what is here already may be to blame: once more without it. */
async function fetch(args: readonly string[], options: FetchOptions): Promise<void> {
  const { gitDirectory, url } = options.settings;
  const fresh = `${gitDirectory}.fresh`;
  const refused = (words: string) =>
    // Its words are the host's too.
    failure("GIT_REFUSED", `expected objects from ${url}, found none that git takes`, {
      cause: new Error(words.trim()),
    });
  const isNew = !existsSync(join(gitDirectory, haveRef)) && (await readPacks(gitDirectory)).length === 0;
  const words = await fetchOnce(args, options);
  if (words === undefined) return;
  if (isNew) throw refused(words);
  await rm(fresh, { recursive: true, force: true });
  await prepare(fresh);
  const still = await fetchOnce(args, { ...options, settings: { ...options.settings, gitDirectory: fresh } });
  if (still !== undefined) throw refused(still);
  await discard(gitDirectory);
  await rename(fresh, gitDirectory);
}

/** Answers what git said where it failed by itself. */
async function fetchOnce(
  args: readonly string[],
  { settings, input = [], configuration }: FetchOptions,
): Promise<string | undefined> {
  const { git, gitDirectory, url, connect, milliseconds } = settings;
  const signal = AbortSignal.timeout(milliseconds);
  const stop = new AbortController();
  await using relay = await openRelay({ url, transport: connect(signal), onFailure: () => stop.abort() });
  const child = git.inOwn(gitDirectory, ["fetch", ...quietly, ...args], {
    configuration: {
      "remote.origin.url": relay.url,
      "http.extraHeader": relay.header,
      "protocol.http.allow": "always",
      ...configuration,
    },
    processorSeconds: milliseconds / 1000,
  });
  const words = await run(child, { input, signal: AbortSignal.any([signal, stop.signal]) });
  if (words === undefined) return undefined;
  const failed = relay.failure();
  if (failed) throw failed;
  if (signal.aborted) throw failure("GIT_UNREACHABLE", `could not fetch from ${url} in time`);
  return words;
}

/** Whoever has a commit has its files, a host thinks: of files it is not told what is here. */
const withoutHaves = { "fetch.negotiationAlgorithm": "noop" };

const quietly = [
  "--quiet",
  "--filter=blob:none",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-auto-maintenance",
  "--recurse-submodules=no",
  "--force",
];

/** What git said where it failed. */
async function run(
  child: GitProcess,
  { input, signal }: { readonly input: readonly string[]; readonly signal: AbortSignal },
): Promise<string | undefined> {
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (words.length < 2_000) words += chunk.toString("latin1");
  });
  child.stdout.resume();
  child.stdin.on("error", () => undefined).end(input.map((line) => `${line}\n`).join(""));
  const kill = () => killGroup(child);
  signal.addEventListener("abort", kill);
  try {
    const code = await new Promise<number | null>((resolve) => {
      child.once("error", () => resolve(null)).once("close", resolve);
    });
    return code === 0 ? undefined : words || `git ended with ${code ?? "a signal"}`;
  } finally {
    signal.removeEventListener("abort", kill);
  }
}

/** Written whole each time: nobody else's configuration counts. */
const configuration = `[core]
\trepositoryformatversion = 1
\tbare = true
[extensions]
\tpartialClone = origin
[remote "origin"]
\tpromisor = true
\tpartialclonefilter = blob:none
`;

/** Makes the directory, and clears what a killed git left: locks and halves of packs. */
async function prepare(gitDirectory: string): Promise<void> {
  const packs = toPacks(gitDirectory);
  await mkdir(packs, { recursive: true, mode: 0o700 });
  await mkdir(join(gitDirectory, "refs"), { recursive: true });
  await removeWhere(gitDirectory, (name) => name.endsWith(".lock"));
  await removeWhere(join(gitDirectory, "refs", "countersign"), (name) => name.endsWith(".lock"));
  await removeWhere(packs, (name) => name.startsWith("tmp_"));
  await writeWhole(join(gitDirectory, "config"), configuration);
  await writeWhole(join(gitDirectory, "HEAD"), "ref: refs/heads/none\n");
}

function toPacks(gitDirectory: string): string {
  return join(gitDirectory, "objects", "pack");
}

async function readPacks(gitDirectory: string): Promise<string[]> {
  return readdir(toPacks(gitDirectory)).catch(() => []);
}

async function removeWhere(directory: string, isLeft: (name: string) => boolean): Promise<void> {
  const names: string[] = await readdir(directory).catch(() => []);
  await Promise.all(names.filter(isLeft).map((name) => rm(join(directory, name), { force: true, recursive: true })));
}

async function writeWhole(path: string, text: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => "")) === text) return;
  await writeFile(`${path}.part`, text, { flush: true });
  await rename(`${path}.part`, path);
}
