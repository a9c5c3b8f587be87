import { CountersignError } from "../../errors.ts";
import { unreadable } from "./object-copy.ts";
import { type GitObject, noteEnds, type ObjectSource, type OpenBlob, toObjectId } from "./object-source.ts";

/** Each costs a process, and git goes in circles for seconds before some: after so many the second source is asked at once. */
const mostFaults = 3;

/**
 * Reads by the first source; what it finds absent, broken or too large by the second one, whose answer counts: git looks
 * for no other copy of an object where the one that it found is a lie. Where the second one is kept from it by its limits,
 * the first one's words stand.
 */
export function openCheckedSource(first: ObjectSource, second: ObjectSource): ObjectSource {
  let faults = 0;

  async function orCounted<T>(read: () => Promise<T>): Promise<T | CountersignError> {
    const found = await orFault(read);
    if (found instanceof CountersignError) faults += 1;
    return found;
  }
  async function readAtOnce<T>(read: () => Promise<T>): Promise<Answer<T> | undefined> {
    if (faults < mostFaults) return undefined;
    const answer = await withinLimits(read);
    if (answer === undefined) faults = Number.NEGATIVE_INFINITY;
    return answer;
  }

  return {
    async readObject(oid) {
      const answer = await readAtOnce(() => second.readObject(oid));
      if (answer) return answer.value;
      const found = await orCounted(() => readRight(first, oid));
      if (found !== undefined && !(found instanceof CountersignError)) return found;
      return orElse(found, () => second.readObject(oid));
    },
    async streamBlobs(oids, open) {
      const left = new Set(oids);
      const blamed = new Map<unknown, string>();
      const noted = noteEnds(open, (oid) => left.delete(oid));
      const watched: OpenBlob = (header) => {
        try {
          return noted(header);
        } catch (error) {
          blamed.set(error, header.oid);
          throw error;
        }
      };
      if (await readAtOnce(() => second.streamBlobs(oids, noted))) return;
      const fault = await orCounted(() => first.streamBlobs([...left], watched));
      if (!fault) return;
      const suspect = blamed.get(fault) ?? fault.problems[0].subject;
      // The one to blame at first: what is told must not hang on what else there is to read.
      const ordered = [...left].sort((one, two) => Number(two === suspect) - Number(one === suspect));
      await orElse(fault, () => second.streamBlobs(ordered, noted));
    },
  };
}

async function readRight(source: ObjectSource, oid: string): Promise<GitObject | undefined> {
  const object = await source.readObject(oid);
  if (object !== undefined && toObjectId(object) !== oid) throw unreadable(oid);
  return object;
}

/** What is wrong with the source itself is no word about objects. */
async function orFault<T>(read: () => Promise<T>): Promise<T | CountersignError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CountersignError && error.code !== "INTERNAL") return error;
    throw error;
  }
}

async function orElse<T>(fault: CountersignError | undefined, read: () => Promise<T>): Promise<T | undefined> {
  const answer = await withinLimits(read);
  if (answer === undefined && fault) throw fault;
  return answer?.value;
}

interface Answer<T> {
  readonly value: T;
}

/** Undefined where its limits keep a source from an answer. */
async function withinLimits<T>(read: () => Promise<T>): Promise<Answer<T> | undefined> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof CountersignError && error.code === "GIT_TOO_LARGE") return undefined;
    throw error;
  }
}
