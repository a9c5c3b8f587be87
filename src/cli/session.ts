import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import type { Environment } from "../settings.ts";
import { createProgress, type Progress } from "./progress.ts";

/** What every command works with, from its first question to its end. */
export interface Session {
  readonly environment: Environment;
  readonly progress: Progress;
  readonly stdin: NodeJS.ReadStream;
  /** Whether somebody sits there who can be asked. */
  readonly isInteractive: boolean;
  /** Whether stdout goes to a terminal, where escapes would act. */
  readonly isTerminal: boolean;
  /** Unix time in seconds. */
  now(): number;
  /** A directory that is gone when the command ends, also by Ctrl-C. */
  createDirectory(): string;
  /** What is to be closed at the end. */
  closeLater(close: () => void): void;
  close(): void;
}

export function openSession(process: NodeJS.Process): Session {
  const closers: (() => void)[] = [];
  const close = () => {
    for (const closer of closers.splice(0)) closer();
  };
  process.once("exit", close);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  const { env, stdin, stdout, stderr } = process;
  const isInteractive = stdin.isTTY === true && stderr.isTTY === true;
  const isColored = stderr.isTTY === true && !env.NO_COLOR;
  return {
    environment: env,
    progress: createProgress(stderr, { isColored }),
    stdin,
    isInteractive,
    isTerminal: stdout.isTTY === true,
    now: () => Math.floor(Date.now() / 1000),
    createDirectory() {
      const directory = mkdtempSync(join(tmpdir(), "countersign-"));
      closers.push(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
      return directory;
    },
    closeLater: (closer) => void closers.push(closer),
    close,
  };
}
