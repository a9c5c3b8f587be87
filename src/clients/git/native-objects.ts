import { existsSync, readdirSync, type Stats, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { openBatchOutput } from "./batch-output.ts";
import { type AskGit, openConversation } from "./git-conversation.ts";
import { explainEnd, type ObjectPlace, whenEnded } from "./git-end.ts";
import { openLoose } from "./loose-object.ts";
import type { NativeGit } from "./native-git.ts";
import type { ObjectCopy } from "./object-copy.ts";
import { assertWhole, type GitObject, type ObjectSource, type ObjectType, type OpenBlob } from "./object-source.ts";
import { canPipe, openPipedOutput } from "./piped-output.ts";

/** So few objects are asked of the git that reads the trees: to start another one takes as long as to read them. */
const worthAsking = 1024;

/** Git maps a loose file whole, however it hands it over: larger ones, in bytes, are read without it. */
const largestMapped = 16 * 1024 ** 2;

/**
 * The objects below a directory (`…/objects`) and its alternates, read by native git. Git calls a loose file that it cannot
 * read "missing", as it does one that is not there: such a one is read without git, which tells the two apart.
 */
export function openNativeObjects(
  git: NativeGit,
  objects: string,
  { alternates = [] }: { readonly alternates?: readonly string[] } = {},
): ObjectSource {
  const directories = [objects, ...alternates];
  const ask = openConversation({ git, objects });
  return {
    async readObject(oid) {
      if (!isObjectId(oid) || !existsSync(objects)) return undefined;
      const isApart = directories.some((directory) => isLeftToUs(join(directory, oid.slice(0, 2), oid.slice(2))));
      const object = isApart ? undefined : await readWhole(oid, ask);
      return object ?? (await findLoose(oid, directories))?.readWhole();
    },
    async streamBlobs(oids, open) {
      const ours = selectOurs(oids, directories);
      // They may have been packed meanwhile.
      const packed = await streamLoose([...ours], { directories, open });
      const others = [...packed, ...oids.filter((oid) => !ours.has(oid))];
      const missing =
        others.length <= worthAsking
          ? await askEach(others, { ask, open })
          : await streamParts(others, { place: { git, objects }, open });
      const [absent] = await streamLoose(missing, { directories, open });
      if (absent !== undefined)
        throw failure("GIT_OBJECT_ABSENT", `the repository lacks the object ${absent}`, { subject: absent });
    },
  };
}

async function findLoose(oid: string, directories: readonly string[]): Promise<ObjectCopy | undefined> {
  for (const directory of directories) {
    const loose = await openLoose(directory, oid);
    if (loose !== undefined) return loose;
  }
  return undefined;
}

/** Answers those that are not there. @throws TREE_OBJECT_MISMATCH where one cannot be read */
async function streamLoose(
  oids: readonly string[],
  { directories, open }: { readonly directories: readonly string[]; readonly open: OpenBlob },
): Promise<string[]> {
  const absent: string[] = [];
  for (const oid of oids) {
    const loose = await findLoose(oid, directories);
    if (loose === undefined) absent.push(oid);
    else await loose.stream(open);
  }
  return absent;
}

/** Folders are listed, and only what is in them is looked at: most objects are packed, and each look would cost. */
function selectOurs(oids: readonly string[], directories: readonly string[]): Set<string> {
  const ours = new Set<string>();
  for (const [folder, members] of Map.groupBy(oids, (oid) => oid.slice(0, 2)))
    for (const path of directories.map((directory) => join(directory, folder))) {
      const names = readNames(path);
      for (const oid of members) if (names.has(oid.slice(2)) && isLeftToUs(join(path, oid.slice(2)))) ours.add(oid);
    }
  return ours;
}

function readNames(folder: string): Set<string> {
  return new Set(look(folder)?.isDirectory() ? readdirSync(folder) : []);
}

/** What git would hold whole, or wait for: it opens a pipe as it does a file, and nobody writes into that. */
function isLeftToUs(path: string): boolean {
  const found = look(path);
  return found !== undefined && (!found.isFile() || found.size > largestMapped);
}

/** Undefined also where one may not look: git says then what it can and cannot read. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
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

/** Answers those that git calls missing. */
async function askEach(
  oids: readonly string[],
  { ask, open }: { readonly ask: AskGit; readonly open: OpenBlob },
): Promise<string[]> {
  const answers = await Promise.allSettled(oids.map((oid) => ask(oid, open)));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed) throw failed.reason;
  return oids.filter((_, index) => answers[index]?.status === "fulfilled" && !answers[index].value);
}

/** Answers those that git calls missing. */
async function streamParts(
  oids: readonly string[],
  { place, open }: { readonly place: ObjectPlace; readonly open: OpenBlob },
): Promise<string[]> {
  const count = Math.min(2, availableParallelism());
  const size = Math.ceil(oids.length / count);
  const parts = Array.from({ length: count }, (_, index) => oids.slice(index * size, (index + 1) * size));
  const abort = new AbortController();
  const streams = parts.map((part) => stream(part, { open, place, signal: abort.signal }));
  // Nobody is left reading when this ends, whichever part failed.
  const missing = await Promise.all(streams).catch(async (error) => {
    abort.abort();
    await Promise.allSettled(streams);
    throw error;
  });
  return missing.flat();
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
): Promise<string[]> {
  const missing: string[] = [];
  let answered = 0;
  const output = openBatchOutput({
    open(header) {
      answered += 1;
      return open(header);
    },
    onMissing(oid) {
      answered += 1;
      missing.push(oid);
    },
    asked: () => oids[answered],
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
    const isWhole = end.code === 0 && answered === oids.length && output.current() === undefined;
    if (!isWhole && !signal.aborted) throw await explainEnd(end, { ...place, output, asked: oids[answered] });
    return missing;
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
