import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, it, vi } from "vitest";
import { buildContracts } from "../chain/artifacts.ts";
import { effort } from "./settings.ts";

vi.setConfig({ testTimeout: 24 * 3_600_000 });

const cwd = fileURLToPath(new URL("../../", import.meta.url));
const files = "contracts/test/{invariants/*,SignedFields.t,HostileSigners.t,Strangers.t,Ether.t}*";

/** What holds of the contracts whatever is done to them (docs/threat-model.md), with what foundry.toml calls deep. */
it("holds the invariants of the contracts in long histories", async () => {
  await buildContracts();
  const env = { FOUNDRY_PROFILE: "deep", FOUNDRY_INVARIANT_RUNS: String(effort.contractHistories) };
  const args = ["test", "--match-path", files, "--fuzz-seed", String(effort.seed)];
  const { stdout } = await execa("forge", args, { cwd, env, preferLocal: true, stderr: "inherit" });
  const calls = sum(stdout, /invariant_\w+\(\) \(runs: \d+, calls: (\d+),/g);
  const cases = sum(stdout, /testFuzz_\w+\([^)]*\) \(runs: (\d+),/g);
  process.stdout.write(`${calls} calls in histories, ${cases} fuzzed cases\n`);
  expect(calls).toBe(3 * 250 * effort.contractHistories);
  expect(cases).toBeGreaterThan(10_000);
});

function sum(output: string, figure: RegExp): number {
  return [...output.matchAll(figure)].reduce((total, [, found]) => total + Number(found), 0);
}
