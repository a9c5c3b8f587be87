import { type CountersignError, failure } from "../../errors.ts";
import type { BatchOutput } from "./batch-output.ts";
import { type GitProcess, maxAllocation, type NativeGit, type PipedGitProcess } from "./native-git.ts";
import { unreadable } from "./object-copy.ts";
import { toTooLarge } from "./object-source.ts";

/** The objects below a directory, and the git that reads them. */
export interface ObjectPlace {
  readonly git: NativeGit;
  readonly objects: string;
}

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly words: string;
}

/** Also where git could not be started at all. */
export function whenEnded(child: GitProcess | PipedGitProcess): Promise<End> {
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (words.length < 2_000) words += chunk.toString("latin1");
  });
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve({ code: null, signal: null, words: message }));
    child.once("close", (code, signal) => resolve({ code, signal, words }));
  });
}

/** What ends a git that takes too much, and says nothing of what it was reading. */
const limits = new Set<NodeJS.Signals | null>(["SIGKILL", "SIGXCPU"]);

/**
 * Git ends at the first object that it cannot read, with words, in peace or by a fault of its own; where it cannot do anything
 * at all, that is no word about objects.
 */
export async function explainEnd(
  { code, signal, words }: End,
  { git, objects, output, asked }: ObjectPlace & { readonly output: BatchOutput; readonly asked: string | undefined },
): Promise<CountersignError> {
  const { oid = asked, size = 0 } = output.current() ?? {};
  const how = `git ended with ${code ?? signal ?? "no word"}`;
  const cause = new Error(words.trim() || how);
  if (limits.has(signal) || !(await works(git, objects)))
    return failure("INTERNAL", `${how}, and not all was read`, { cause });
  if (oid === undefined) return failure("TREE_OBJECT_MISMATCH", "git cannot read an object that is there", { cause });
  // What it streams it need not hold.
  if (code && size > maxAllocation) return toTooLarge({ oid, size }, maxAllocation);
  return unreadable(oid, cause);
}

const nobody = "0".repeat(40);

/** Whether it says of what no repository has that it is missing. */
async function works(git: NativeGit, objects: string): Promise<boolean> {
  const child = git.overObjects(objects, ["cat-file", "--batch-check"]);
  child.stdin.on("error", () => undefined).end(`${nobody}\n`);
  let answer = "";
  child.stdout.on("data", (chunk: Buffer) => {
    answer += chunk.toString("latin1");
    if (answer.length > 1000) child.kill("SIGKILL");
  });
  return (await whenEnded(child)).code === 0 && answer === `${nobody} missing\n`;
}
