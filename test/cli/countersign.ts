import { fileURLToPath } from "node:url";
import { execa } from "execa";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

/** Starts the real command line in a process of its own, with nothing of this one's environment. */
export function startCountersign(args: readonly string[], { env = {}, input = "", cwd = root }: RunOptions = {}) {
  return execa(`${root}/node_modules/.bin/node`, [`${root}/src/cli/main.ts`, ...args], {
    cwd,
    input,
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
}

export async function countersign(args: readonly string[], options?: RunOptions): Promise<Ran> {
  const { exitCode, stdout, stderr } = await startCountersign(args, options);
  return { exit: exitCode, stdout, stderr };
}

/** The examples in what a command's --help printed, without the prompt. */
export function findExamples(help: string): string[] {
  return help.split("\n").flatMap((line) => /^ {2}\$ countersign (.*)$/.exec(line)?.[1] ?? []);
}
