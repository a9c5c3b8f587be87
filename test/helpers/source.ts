import { type ObjectSource, writeWhole } from "../../src/clients/git/object-source.ts";

/** A source that has every object whole. */
export function createSource(readObject: ObjectSource["readObject"]): ObjectSource {
  return {
    readObject,
    async streamBlobs(oids, open) {
      for (const oid of oids) writeWhole(oid, { object: await readObject(oid), open });
    },
  };
}
