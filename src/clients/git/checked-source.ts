import { CountersignError } from "../../errors.ts";
import { unreadable } from "./object-copy.ts";
import { type GitObject, noteEnds, type ObjectSource, type OpenBlob, toObjectId } from "./object-source.ts";

/**
 * Reads by the first source; what it finds absent, broken or too large by the second one, whose answer counts: git looks
 * for no other copy of an object where the one that it found is a lie. Where the second one is kept from it by its limits,
 * the first one's words stand.
 */
export function openCheckedSource(first: ObjectSource, second: ObjectSource): ObjectSource {
  return {
    async readObject(oid) {
      const found = await orFault(() => readRight(first, oid));
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
      const fault = await orFault(() => first.streamBlobs(oids, watched));
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
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== "GIT_TOO_LARGE") throw error;
    if (fault) throw fault;
    return undefined;
  }
}
