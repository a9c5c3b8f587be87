import { execFile } from "node:child_process";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Record<string, string>;
}

/** A bare repository on disk, through the git binary. What is asked of immutable objects is asked once. */
export interface Bare {
  readonly path: string;
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** Standard output, or undefined where git says no. */
  try(args: readonly string[], options?: RunOptions): Promise<string | undefined>;
  /** As `run`, remembered: only for commands over full object ids. */
  ask(args: readonly string[]): Promise<string>;
  bytes(args: readonly string[]): Promise<Buffer>;
}

/** Nothing of the machine's or the user's configuration reaches the stand-in. */
export const isolation = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
};

export function openBare(path: string): Bare {
  const answers = new Map<string, Promise<string>>();
  const text = async (args: readonly string[], options?: RunOptions) =>
    (await runGit(["--git-dir", path, ...args], options)).toString().replace(/\n$/, "");
  return {
    path,
    run: text,
    try: (args, options) => text(args, options).catch(() => undefined),
    ask(args) {
      const key = args.join("\0");
      const answer = answers.get(key) ?? text(args);
      answers.set(key, answer);
      answer.catch(() => answers.delete(key));
      return answer;
    },
    bytes: (args) => runGit(["--git-dir", path, ...args]),
  };
}

/** GitHub's manners: any commit may be fetched by id, filters work, `refs/pull` is not pushed to. */
const manners = `
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	hideRefs = refs/pull
	autogc = false
[http]
	receivepack = true
[gc]
	auto = 0
`;

export async function createBare(path: string, defaultBranch: string): Promise<Bare> {
  await mkdir(path, { recursive: true });
  await runGit(["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, path]);
  const git = openBare(path);
  await appendFile(join(path, "config"), manners);
  return git;
}

export async function tipOf(git: Bare, ref: string): Promise<string | undefined> {
  const loose = ref.startsWith("refs/heads/") || ref.startsWith("refs/pull/") ? await readLoose(git, ref) : undefined;
  return loose ?? git.try(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
}

/** The reference from its file: asked for so often that a process each time would be most of a test's time. */
async function readLoose({ path }: Bare, ref: string): Promise<string | undefined> {
  const text = await readFile(join(path, ref), "utf8").catch(() => "");
  return /^[0-9a-f]{40}\n$/.test(text) ? text.trimEnd() : undefined;
}

export async function isAncestor(git: Bare, ancestor: string, descendant: string): Promise<boolean> {
  return (await git.try(["merge-base", "--is-ancestor", ancestor, descendant])) !== undefined;
}

/** Commit ids from `from` (excluded) to `to`, the oldest first. */
export async function commitsBetween(git: Bare, from: string, to: string): Promise<readonly string[]> {
  return lines(await git.ask(["rev-list", "--reverse", "--topo-order", `${from}..${to}`]));
}

export function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Standard output. Several times quicker than a library's way to start a process, and a scene starts hundreds. */
function runGit(args: readonly string[], { input = "", env = {} }: RunOptions = {}): Promise<Buffer> {
  const options = { env: { ...process.env, ...isolation, ...env }, maxBuffer: 1 << 30, encoding: "buffer" } as const;
  return new Promise((resolve, reject) => {
    const child = execFile("git", args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`git ${args.slice(2).join(" ")}: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}
