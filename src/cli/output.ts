import { CommanderError } from "commander";
import { CountersignError, catalogue, type FailureKind, failure, type Problem } from "../errors.ts";
import { explainFailure } from "../explain/terminal.ts";
import type { Answer } from "./answer.ts";

/** Where a command's words go. */
export interface Output {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly isJson: boolean;
}

const exits: Readonly<Record<FailureKind, number>> = { refusal: 1, usage: 2, fault: 3 };

/** stdout is the result and nothing else. */
export function printAnswer({ exit, text, isExact, json }: Answer, { stdout, isJson }: Output): number {
  stdout.write(isJson ? `${toJson(json)}\n` : `${text}${isExact ? "" : "\n"}`);
  return exit;
}

/** A failure is a result too: with `--json` it is the one object on stdout. */
export function printFailure(error: unknown, output: Output): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  if (error instanceof Error && error.name === "ExitPromptError") return 130;
  const failed = toFailure(error);
  if (output.isJson) output.stdout.write(`${toJson({ error: toFailureJson(failed) })}\n`);
  else output.stderr.write(`${explainFailure(failed)}\n`);
  return exits[failed.kind];
}

function toFailure(error: unknown): CountersignError {
  if (error instanceof CountersignError) return error;
  if (error instanceof CommanderError) return failure("USAGE", toUsage(error));
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return failure("INTERNAL", words, { cause: error });
}

/** `commander.help`: there was no command, and the help went to stderr. */
function toUsage({ code, message }: CommanderError): string {
  return code === "commander.help" ? "expected a command, found none" : message.replace(/^error: /, "");
}

function toFailureJson({ code, message, hint, problems }: CountersignError): object {
  return { code, message, hint, problems: problems.map(toProblemJson) };
}

function toProblemJson(problem: Problem): object {
  return { ...problem, hint: catalogue[problem.code][1] };
}

function toJson(value: object): string {
  return JSON.stringify(value, null, 2);
}
