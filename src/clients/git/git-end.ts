import { type CountersignError, failure } from "../../errors.ts";
import type { BatchOutput } from "./batch-output.ts";
import { type GitProcess, maxAllocation, type NativeGit, type PipedGitProcess, streamedFrom } from "./native-git.ts";
import { unreadable } from "./object-copy.ts";
import { toTooLarge } from "./object-source.ts";

/** The objects below a directory, and the git that reads them. */
export interface ObjectPlace {
  readonly git: NativeGit;
  readonly objects: string;
}

export interface End {
  readonly code: number | null;
  readonly words: string;
}

/** Also where git could not be started at all. */
export function whenEnded(child: GitProcess | PipedGitProcess): Promise<End> {
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (words.length < 2_000) words += chunk.toString("latin1");
  });
  return new Promise((resolve) => {
    child.once("error", ({ message }) => resolve({ code: null, words: message }));
    child.once("close", (code) => resolve({ code, words }));
  });
}

/** Git ends at the first object that it cannot read; where it cannot do anything at all, that is no word about objects. */
export async function explainEnd(
  { code, words }: End,
  { git, objects, output, asked }: ObjectPlace & { readonly output: BatchOutput; readonly asked: string | undefined },
): Promise<CountersignError> {
  const { oid = asked, size = 0 } = output.current() ?? {};
  const cause = new Error(words.trim() || `git ended with ${code ?? "a signal"}`);
  // Git streams a large object to its end, also where that is before it says, and goes on in peace.
  if (code === 0 && oid !== undefined && size > streamedFrom) return unreadable(oid, cause);
  // Killed, or in peace too early.
  if (!code || !(await works(git, objects)))
    return failure("INTERNAL", `git ended with ${code ?? "a signal"}, and not all was read`, { cause });
  if (oid === undefined) return failure("TREE_OBJECT_MISMATCH", "git cannot read an object that is there", { cause });
  if (size > maxAllocation) return toTooLarge({ oid, size }, maxAllocation);
  return unreadable(oid, cause);
}

async function works(git: NativeGit, objects: string): Promise<boolean> {
  const child = git.overObjects(objects, ["cat-file", "--batch-check"]);
  child.stdin.on("error", () => undefined).end();
  child.stdout.resume();
  return (await whenEnded(child)).code === 0;
}
