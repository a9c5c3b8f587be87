import { createHash } from "node:crypto";
import { CountersignError, failure } from "../../errors.ts";
import { type GitObject, type OpenBlob, writeWhole } from "./object-source.ts";

/** One of the places that an object lies in. */
export interface ObjectCopy {
  stream(open: OpenBlob): Promise<void>;
  /** @throws GIT_TOO_LARGE */
  readWhole(): Promise<GitObject>;
}

/** What is read once, when it is asked for. Undefined stands for what is broken. */
export function toCopy(oid: string, read: () => Promise<GitObject | undefined>): ObjectCopy {
  let reading: Promise<GitObject | undefined> | undefined;
  async function readWhole(): Promise<GitObject> {
    reading ??= read();
    const object = await reading;
    if (object === undefined) throw unreadable(oid);
    return object;
  }
  return { readWhole, stream: async (open) => writeWhole(oid, { object: await readWhole(), open }) };
}

/**
 * The first of the copies whose bytes hash to the id. Undefined where there is none at all.
 *
 * @throws TREE_OBJECT_MISMATCH where none is right; GIT_TOO_LARGE where one of them cannot be judged
 */
export async function findRight(oid: string, copies: AsyncIterable<ObjectCopy>): Promise<ObjectCopy | undefined> {
  let fault: CountersignError | undefined;
  for await (const copy of copies) {
    const found = await findFault(oid, copy);
    if (found === undefined) return copy;
    if (fault?.code !== "GIT_TOO_LARGE") fault = found;
  }
  if (fault) throw fault;
  return undefined;
}

async function findFault(oid: string, copy: ObjectCopy): Promise<CountersignError | undefined> {
  const hash = createHash("sha1");
  try {
    await copy.stream(({ type, size }) => {
      hash.update(`${type} ${size}\0`);
      return { write: (chunk) => void hash.update(chunk), end: () => undefined };
    });
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  return hash.digest("hex") === oid ? undefined : unreadable(oid);
}

export function unreadable(oid: string, cause?: unknown): CountersignError {
  return failure("TREE_OBJECT_MISMATCH", `object ${oid} is there but cannot be read`, { subject: oid, cause });
}
