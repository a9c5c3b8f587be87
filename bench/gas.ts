import { readFile } from "node:fs/promises";
import { z } from "zod";
import { type Row, toRow } from "./row.ts";

const snapshot = z.record(z.string(), z.string().regex(/^\d+$/));

/** Gas of the registry as `forge test` measured it last: a change shows in the committed snapshot. */
export async function measure(): Promise<readonly Row[]> {
  const file = new URL("../contracts/snapshots/Registry.json", import.meta.url);
  const figures = snapshot.parse(JSON.parse(await readFile(file, "utf8")));
  return Object.entries(figures).map(([name, gas]) =>
    toRow({ name, unit: "gas", ours: Number(gas), reference: null, referenceName: "none" }),
  );
}
