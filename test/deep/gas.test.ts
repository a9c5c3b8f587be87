import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { measure } from "../../bench/gas.ts";
import type { Row } from "../../bench/row.ts";

/** `npm run --silent bench -- gas > bench/gas.json` takes it anew. */
const { rows: committed }: { readonly rows: readonly Row[] } = JSON.parse(
  readFileSync(new URL("../../bench/gas.json", import.meta.url), "utf8"),
);

/** The most beside a Safe that does the same work; ADR 14 says why ten records are above the 0.95 that was aimed at. */
const most: Readonly<Record<string, number>> = {
  "finalize 6 of 9, 1 with UUPS upgrade": 0.82,
  "finalize 2 of 3, 1 with UUPS upgrade": 0.85,
  "schedule and execute 6 of 9, 1 with UUPS upgrade": 1,
  "register with 9 signers": 0.6,
  "finalize 6 of 9, 10 with UUPS upgrade": 1.01,
  "move a fleet of 100 by one write 6 of 9, with the record": 1.2,
};

it("takes the gas that was committed, on both sides, and no more beside a Safe than it should", async () => {
  const rows = await measure();
  expect(rows.map(({ name }) => name)).toEqual(committed.map(({ name }) => name));
  expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(most).toSorted());
  for (const [index, { name, ours, reference, ratio }] of rows.entries()) {
    const before = committed[index];
    // Addresses and signatures differ by a zero byte now and then, which calldata has cheaper.
    expect(ours / Number(before?.ours), name).toBeCloseTo(1, 2.5);
    expect(Number(reference) / Number(before?.reference), name).toBeCloseTo(1, 2.5);
    expect(ratio, name).toBeLessThanOrEqual(most[name] ?? 0);
  }
}, 300_000);
