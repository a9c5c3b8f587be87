import { type Row, toRow } from "../row.ts";
import type { OursRequest } from "./ours.ts";
import { measureOursMemory } from "./process.ts";

const mebibyte = 1024 ** 2;

/** What one hash in a new process holds at most. `limit` in MiB: what we say that it stays under. */
export async function measurePeak(
  name: string,
  { request, limit }: { readonly request: OursRequest; readonly limit: number | null },
): Promise<readonly Row[]> {
  const { node, tree } = await measureOursMemory(request);
  const referenceName = limit === null ? "none" : "what it should stay under";
  const toPeakRow = (what: string, bytes: number) =>
    toRow({
      name: `${name}: peak memory of ${what}`,
      unit: "MiB",
      ours: Math.round(bytes / mebibyte),
      reference: limit,
      referenceName,
    });
  const whole = "node and its git processes, each one's own peak and mapped pack added up (an upper bound)";
  return [toPeakRow("node", node), ...(tree === undefined ? [] : [toPeakRow(whole, tree)])];
}
