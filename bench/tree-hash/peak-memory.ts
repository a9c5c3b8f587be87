import { type Row, toRow } from "../row.ts";
import type { OursRequest } from "./ours.ts";
import { measureOursMemory } from "./process.ts";

const megabyte = 1000 ** 2;

/** What one hash in a new process holds at most. `limit` in MB: what we say that it stays under. */
export async function measurePeak(
  name: string,
  { request, limit }: { readonly request: OursRequest; readonly limit: number | null },
): Promise<readonly Row[]> {
  const { node, tree } = await measureOursMemory(request);
  const referenceName = limit === null ? "none" : "what it should stay under";
  const toPeakRow = (what: string, bytes: number) =>
    toRow({
      name: `${name}: peak memory of ${what}`,
      unit: "MB",
      ours: Math.round(bytes / megabyte),
      reference: limit,
      referenceName,
    });
  const whole = "node and its git processes together, of shared pages each one's share";
  return [toPeakRow("node", node), ...(tree === undefined ? [] : [toPeakRow(whole, tree)])];
}
