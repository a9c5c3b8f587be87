import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";

/** What no test of forge reached: `FILE:LINE`, or `FILE:LINE branch N`. */
interface Coverage {
  readonly lines: number;
  readonly branches: number;
  readonly missed: readonly string[];
}

/** What only luck reaches is not reached. */
const once = {
  FOUNDRY_FUZZ_SEED: "1",
  FOUNDRY_FUZZ_RUNS: "1",
  FOUNDRY_INVARIANT_RUNS: "1",
  FOUNDRY_INVARIANT_DEPTH: "1",
};

let scratch: string;
let coverage: Coverage;

// Compiles all once more, with counters and without the optimizer, away from what is deployed.
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
  const report = join(scratch, "lcov.info");
  const words = ["coverage", "--ir-minimum", "--report", "lcov", "--report-file", report];
  const env = { ...once, FOUNDRY_OUT: join(scratch, "out"), FOUNDRY_CACHE_PATH: join(scratch, "cache") };
  await execa("forge", [...words, "--no-match-contract", "GasTest"], { env, preferLocal: true });
  coverage = readCoverage(readFileSync(report, "utf8"));
}, 1_500_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it("reaches every line and branch of the contracts", () => {
  console.log(`${coverage.lines} lines and ${coverage.branches} branches of contracts/src were to be reached`);
  expect(coverage.lines).toBeGreaterThan(500);
  expect(coverage.branches).toBeGreaterThan(100);
  expect(coverage.missed).toEqual([]);
});

/** LCOV's `SF`, `DA:line,count` and `BRDA:line,block,branch,count`. */
function readCoverage(report: string): Coverage {
  const missed: string[] = [];
  const total = { DA: 0, BRDA: 0 };
  let file = "";
  let assembly = new Set<number>();
  for (const text of report.split("\n")) {
    const [, kind, value = ""] = /^(SF|DA|BRDA):(.*)$/.exec(text) ?? [];
    if (kind === "SF") {
      file = value;
      assembly = file.startsWith("contracts/src/") ? findAssembly(file) : new Set();
    }
    if (!file.startsWith("contracts/src/") || (kind !== "DA" && kind !== "BRDA")) continue;
    const [line = "", ...rest] = value.split(",");
    if (assembly.has(Number(line))) continue;
    total[kind] += 1;
    const isMissed = ["0", "-"].includes(rest.at(-1) ?? "");
    if (isMissed) missed.push(kind === "DA" ? `${file}:${line}` : `${file}:${line} branch ${rest[1]}`);
  }
  return { lines: total.DA, branches: total.BRDA, missed };
}

/** The lines of assembly, which forge gives no counters: what comes before and after each block has them. */
function findAssembly(file: string): Set<number> {
  const found = new Set<number>();
  let end: string | undefined;
  for (const [index, text] of readFileSync(file, "utf8").split("\n").entries()) {
    const begun = /^( *)assembly \("memory-safe"\) \{$/.exec(text);
    if (begun) end = `${begun[1]}}`;
    if (end !== undefined) found.add(index + 1);
    if (text === end) end = undefined;
  }
  return found;
}
