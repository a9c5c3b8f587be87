import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepository, type Repository } from "../helpers/repository.ts";

const line =
  "find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum";

let directory: string;
let own: Repository;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-demo-test-"));
  own = createRepository({ branch: "trunk" });
  own.commit({ "src/my code/a.txt": "one\n", README: "ours\n" });
  own.git(["checkout", "-q", "-b", "feature/x"]);
  own.commit({ "src/my code/a.txt": "two\n", "src/my code/ü.txt": "new\n" });
  own.git(["checkout", "-q", "trunk"]);
});

afterAll(async () => {
  own[Symbol.dispose]();
  await rm(directory, { recursive: true, force: true });
});

/** As `npm run demo -- …` runs it. */
function demo(...args: string[]) {
  return execa(process.execPath, ["examples/demo/main.ts", ...args], { reject: false, all: true, detached: true });
}

describe("npm run demo", () => {
  it("walks the road on a repository of the user's own, and tells the truth about it", async () => {
    const workdir = join(directory, "kept");
    const args = ["--json", "--workdir", workdir, "--repo", own.path, "--path", "src/my code", "--ref", "feature/x"];
    const run = demo(...args);
    const { stdout, exitCode, all } = await run;
    expect(exitCode, all).toBe(0);
    const groups = (await execa("ps", ["-eo", "pgid"])).stdout.split("\n").map(Number);
    expect(groups, "no process is left behind").not.toContain(run.pid);
    const outcome = JSON.parse(stdout);
    const checkout = join(directory, "by-hand");
    await execa("git", ["clone", "--quiet", outcome.repository, checkout]);
    await execa("git", ["checkout", "--quiet", outcome.commit], { cwd: checkout });
    const byHand = async () =>
      `0x${(await execa("bash", ["-c", line], { cwd: join(checkout, outcome.path) })).stdout.slice(0, 64)}`;
    expect(outcome.after).toBe(await byHand());
    await execa("git", ["checkout", "--quiet", own.git(["rev-parse", "trunk"])], { cwd: checkout });
    expect(outcome.before).toBe(await byHand());
    expect(outcome.commit).toBe(own.git(["rev-parse", "feature/x"]));
    expect(outcome.signers).toHaveLength(9);
    expect(outcome.signatures).toHaveLength(6);
    expect(outcome.record.smart_contract_code_mgmt).toMatchObject({
      contract_address: outcome.contractAddress,
      contract_hash: outcome.after,
      upgrade_multisig_min_signature: 6,
    });
    expect(outcome.gasUsed).toBeGreaterThan(21_000);
  }, 180_000);

  it.each([
    [["--repo", "/nowhere", "--path", "x"], "--repo: expected a git repository"],
    [["--path", "x"], "--path and --ref belong to --repo"],
    [["--kind", "diamond"], "Allowed choices are"],
    [["--frobnicate"], "unknown option"],
  ])("refuses %j with what is wrong", async (args, words) => {
    const { exitCode, stderr } = await demo(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(words);
  });
});
