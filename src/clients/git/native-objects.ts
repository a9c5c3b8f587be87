import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { type CountersignError, failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { openBatchOutput } from "./batch-output.ts";
import { type AskGit, openConversation } from "./git-conversation.ts";
import { explainEnd, type ObjectPlace, whenEnded } from "./git-end.ts";
import type { NativeGit } from "./native-git.ts";
import { assertWhole, type GitObject, type ObjectSource, type ObjectType, type OpenBlob } from "./object-source.ts";
import { canPipe, openPipedOutput } from "./piped-output.ts";

/** So few objects are asked of the git that reads the trees: to start another one takes as long as to read them. */
const worthAsking = 1024;

/** The objects below a directory (`…/objects`) and its alternates, read by native git. */
export function openNativeObjects(git: NativeGit, objects: string): ObjectSource {
  const ask = openConversation({ git, objects });
  return {
    readObject: async (oid) => (isObjectId(oid) && existsSync(objects) ? readWhole(oid, ask) : undefined),
    async streamBlobs(oids, open) {
      if (oids.length <= worthAsking) return askEach(oids, { ask, open });
      const count = Math.min(2, availableParallelism());
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

async function readWhole(oid: string, ask: AskGit): Promise<GitObject | undefined> {
  const chunks: Uint8Array[] = [];
  let type: ObjectType = "blob";
  const isHere = await ask(oid, (header) => {
    assertWhole(header);
    type = header.type;
    return { write: (chunk) => void chunks.push(Buffer.from(chunk)), end: () => undefined };
  });
  return isHere ? { type, bytes: Buffer.concat(chunks) } : undefined;
}

async function askEach(
  oids: readonly string[],
  { ask, open }: { readonly ask: AskGit; readonly open: OpenBlob },
): Promise<void> {
  const answers = await Promise.allSettled(oids.map((oid) => ask(oid, open)));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed) throw failed.reason;
  const absent = oids.find((_, index) => answers[index]?.status === "fulfilled" && !answers[index].value);
  if (absent !== undefined) throw toAbsent(absent);
}

function toAbsent(oid: string): CountersignError {
  return failure("GIT_OBJECT_ABSENT", `the repository lacks the object ${oid}`, { subject: oid });
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
    throw toAbsent(oid);
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
