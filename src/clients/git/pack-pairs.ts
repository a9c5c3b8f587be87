import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { CountersignError, failure } from "../../errors.ts";
import { countMost } from "./pack-index.ts";

/**
 * Whether each index below `…/objects` is whole and belongs to the whole pack beside it, by sizes, counts and trailers
 * alone. Git passes over a pair that is not, and calls missing what was in it: the answer would hang on where else an
 * object lies. A git that repacks meanwhile takes packs away file by file: what is broken is looked at once more. Form:
 * gitformat-pack(5).
 *
 * @throws TREE_OBJECT_MISMATCH with every broken pack; GIT_OBJECT_ABSENT where one may not be read
 */
export async function assertPackPairs(objects: string): Promise<void> {
  const directory = join(objects, "pack");
  const problemsOf = (name: string) => findProblems(() => assertOne(directory, name));
  const broken = readNames(directory).filter((name) => problemsOf(name).length > 0);
  if (broken.length === 0) return;
  await setTimeout(settling);
  const [first, ...rest] = broken.flatMap(problemsOf);
  if (first) throw new CountersignError([first, ...rest]);
}

/** Milliseconds that git may take to rename or remove the files of one pack. */
const settling = 100;

/** What git gives another name when it is whole. */
function isUnfinished(name: string): boolean {
  return name.startsWith(".tmp-") || name.startsWith("tmp_");
}

/** None where one may not look: whoever reads an object says so. */
function readNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function assertOne(directory: string, name: string): void {
  if (name.endsWith(".idx")) assertPair(directory, name.replace(/idx$/, "pack"));
  if (name === "multi-pack-index") readEnds(join(directory, name), name);
}

function assertPair(directory: string, name: string): void {
  const path = join(directory, name.replace(/pack$/, "idx"));
  const index = readEnds(path, name);
  const pack = readEnds(join(directory, name), name);
  if (isUnfinished(name)) return;
  // Where git repacks meanwhile, both are gone.
  if (index === undefined || (pack === undefined && !existsSync(path))) return;
  const count = toCount(index);
  if (count === undefined) throw broken(name, "its index is cut off, or is none");
  if (pack === undefined) throw broken(name, "it is gone, and its index is not");
  const isWhole =
    pack.head.toString("latin1", 0, 4) === "PACK" &&
    pack.head.readUInt32BE(8) === count &&
    count <= countMost(pack.size) &&
    pack.tail.subarray(20).equals(index.tail.subarray(0, 20));
  if (!isWhole) throw broken(name, "it is cut off, or is another than its index says");
}

/** Begin and end of a file. */
interface Ends {
  readonly size: number;
  readonly head: Buffer;
  readonly tail: Buffer;
}

const headBytes = 8 + 256 * 4;
const tailBytes = 40;

/** Undefined where there is none. @throws TREE_OBJECT_MISMATCH where it is no file: git would wait for a pipe */
function readEnds(path: string, name: string): Ends | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isFile()) throw broken(name, "a folder, device, pipe or socket is in its place");
    return { size: found.size, ...read(path, found.size) };
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw failure("GIT_OBJECT_ABSENT", `expected to read the pack ${name}, found that the system refuses`, {
      subject: name,
      cause,
    });
  }
}

function read(path: string, size: number): Pick<Ends, "head" | "tail"> {
  // A pack without objects is shorter than either.
  const [head, tail] = [Buffer.alloc(headBytes), Buffer.alloc(tailBytes)];
  const file = openSync(path, "r");
  try {
    readSync(file, head, { position: 0 });
    const lacking = Math.max(0, tailBytes - size);
    readSync(file, tail, { offset: lacking, position: size + lacking - tailBytes });
    return { head, tail };
  } finally {
    closeSync(file);
  }
}

/** How many objects it names; undefined where its size is another than that of so many. Version 1 has no magic number. */
function toCount({ head, size }: Ends): number | undefined {
  const isFirst = head.toString("latin1", 0, 4) !== "\xfftOc";
  const count = head.readUInt32BE(isFirst ? 255 * 4 : 8 + 255 * 4);
  const least = tailBytes + (isFirst ? 1024 + 24 * count : headBytes + 28 * count);
  const most = isFirst ? least : least + 8 * Math.max(0, count - 1);
  return size >= least && size <= most ? count : undefined;
}

function findProblems(assert: () => void): CountersignError["problems"] | [] {
  try {
    assert();
    return [];
  } catch (error) {
    if (error instanceof CountersignError) return error.problems;
    throw error;
  }
}

function broken(name: string, fault: string): CountersignError {
  return failure("TREE_OBJECT_MISMATCH", `expected the pack ${name} whole, found that ${fault}`, { subject: name });
}
