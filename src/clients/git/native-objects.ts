import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { type CountersignError, failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { type BatchOutput, openBatchOutput } from "./batch-output.ts";
import { type GitProcess, maxAllocation, type NativeGit, type PipedGitProcess } from "./native-git.ts";
import {
  assertWhole,
  type BlobHeader,
  type GitObject,
  type ObjectSource,
  type OpenBlob,
  toTooLarge,
} from "./object-source.ts";
import { canPipe, openPipedOutput } from "./piped-output.ts";

/** Milliseconds after which a git that nobody asks anything is let go. */
const idle = 50;

/** Fewer objects are not worth a second process. */
const worthParting = 256;

/** The objects below a directory (`…/objects`) and its alternates, read by native git. */
export function openNativeObjects(git: NativeGit, objects: string): ObjectSource {
  const ask = openConversation({ git, objects });
  return {
    readObject: async (oid) => (isObjectId(oid) && existsSync(objects) ? ask(oid) : undefined),
    async streamBlobs(oids, open) {
      const count = oids.length < worthParting ? 1 : Math.min(2, availableParallelism());
      const size = Math.max(1, Math.ceil(oids.length / count));
      const parts = Array.from({ length: count }, (_, index) => oids.slice(index * size, (index + 1) * size));
      const abort = new AbortController();
      const streams = parts.map((part) => stream(part, { open, place: { git, objects }, signal: abort.signal }));
      // Nobody is left reading when this ends, whichever part failed.
      await Promise.all(streams).catch(async (error) => {
        abort.abort();
        await Promise.allSettled(streams);
        throw error;
      });
    },
  };
}

/** Those of the objects that are not here. */
export async function findAbsent(
  git: NativeGit,
  { objects, oids }: { readonly objects: string; readonly oids: readonly string[] },
): Promise<string[]> {
  const child = git.overObjects(objects, ["cat-file", "--batch-check=%(objectname)", "--buffer"]);
  const ended = whenEnded(child);
  child.stdin.on("error", () => undefined).end(oids.map((oid) => `${oid}\n`).join(""));
  const absent: string[] = [];
  for await (const line of createInterface(child.stdout)) if (line.endsWith(" missing")) absent.push(line.slice(0, 40));
  const { code, words } = await ended;
  if (code !== 0) throw failure("INTERNAL", `git ended with ${code ?? "a signal"}`, { cause: new Error(words) });
  return absent;
}

async function stream(
  oids: readonly string[],
  { open, place, signal }: { readonly open: OpenBlob; readonly place: ObjectPlace; readonly signal: AbortSignal },
): Promise<void> {
  let left = oids.length;
  const count: OpenBlob = (header) => {
    left -= 1;
    return open(header);
  };
  const output = openBatchOutput(count, (oid) => {
    throw failure("GIT_OBJECT_ABSENT", `the repository lacks the object ${oid}`, { subject: oid });
  });
  const { child, read } = await startReading(place, (chunk) => output.push(chunk));
  const stop = () => child.kill("SIGKILL");
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const ended = whenEnded(child);
  child.stdin.on("error", () => undefined).end(oids.map((oid) => `${oid}\n`).join(""));
  try {
    await read;
    const end = await ended;
    const isWhole = end.code === 0 && left === 0 && output.current() === undefined;
    if (!isWhole && !signal.aborted) throw await explainEnd(end, { ...place, output, asked: undefined });
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** Git, and its output handed over as it comes. */
async function startReading({ git, objects }: ObjectPlace, onChunk: (chunk: Buffer) => void) {
  const args = ["cat-file", "--batch", "--buffer"];
  if (!canPipe(git.scratch)) {
    const child = git.overObjects(objects, args);
    return { child, read: readAll(child.stdout, onChunk) };
  }
  const { stream, started, ended } = await openPipedOutput(git.scratch, onChunk);
  const child = git.overObjects(objects, args, stream);
  started();
  return { child, read: ended };
}

async function readAll(stream: AsyncIterable<Buffer>, onChunk: (chunk: Buffer) => void): Promise<void> {
  for await (const chunk of stream) onChunk(chunk);
}

interface ObjectPlace {
  readonly git: NativeGit;
  readonly objects: string;
}

interface Question {
  readonly oid: string;
  readonly chunks: Buffer[];
  resolve(object: GitObject | undefined): void;
  reject(error: unknown): void;
}

/** One git that answers question after question, in their order; it is started when asked, and ends when nobody asks. */
function openConversation(place: ObjectPlace): (oid: string) => Promise<GitObject | undefined> {
  let tell: ((question: Question) => void) | undefined;

  function begin(): (question: Question) => void {
    const child = place.git.overObjects(place.objects, ["cat-file", "--batch"]);
    const questions: Question[] = [];
    const output = openBatchOutput(collect, () => questions.shift()?.resolve(undefined));
    const timer = setTimeout(() => close(), idle);

    function collect(header: BlobHeader) {
      assertWhole(header);
      const question = questions[0];
      return {
        write: (chunk: Uint8Array) => void question?.chunks.push(Buffer.from(chunk)),
        end: () => {
          questions.shift();
          question?.resolve({ type: header.type, bytes: Buffer.concat(question.chunks) });
        },
      };
    }
    function close(): void {
      clearTimeout(timer);
      if (tell === ask) tell = undefined;
      child.stdin.end();
    }
    function ask(question: Question): void {
      questions.push(question);
      child.stdin.cork();
      child.stdin.write(`${question.oid}\n`);
      process.nextTick(() => child.stdin.uncork());
      timer.refresh();
    }
    function fail(error: unknown): void {
      close();
      child.kill("SIGKILL");
      for (const question of questions.splice(0)) question.reject(error);
    }
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (chunk: Buffer) => {
      timer.refresh();
      try {
        output.push(chunk);
      } catch (error) {
        fail(error);
      }
    });
    void whenEnded(child).then(async (end) => {
      close();
      if (questions.length > 0) fail(await explainEnd(end, { ...place, output, asked: questions[0]?.oid }));
    });
    return ask;
  }

  return (oid) =>
    new Promise((resolve, reject) => {
      tell ??= begin();
      tell({ oid, chunks: [], resolve, reject });
    });
}

interface End {
  readonly code: number | null;
  readonly words: string;
}

/** Also where git could not be started at all. */
function whenEnded(child: GitProcess | PipedGitProcess): Promise<End> {
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
async function explainEnd(
  { code, words }: End,
  { git, objects, output, asked }: ObjectPlace & { readonly output: BatchOutput; readonly asked: string | undefined },
): Promise<CountersignError> {
  const { oid = asked, size = 0 } = output.current() ?? {};
  const cause = new Error(words.trim() || `git ended with ${code ?? "a signal"}`);
  // Killed, or in peace too early.
  if (oid === undefined || !code || !(await works(git, objects)))
    return failure("INTERNAL", `git ended with ${code ?? "a signal"}, and not all was read`, { cause });
  if (size > maxAllocation) return toTooLarge({ oid, size }, maxAllocation);
  return failure("TREE_OBJECT_MISMATCH", `object ${oid} is there but cannot be read`, { subject: oid, cause });
}

async function works(git: NativeGit, objects: string): Promise<boolean> {
  const child = git.overObjects(objects, ["cat-file", "--batch-check"]);
  child.stdin.on("error", () => undefined).end();
  child.stdout.resume();
  return (await whenEnded(child)).code === 0;
}
