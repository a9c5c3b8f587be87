import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createRepository, type Repository } from "../helpers/repository.ts";

const bundle = fileURLToPath(new URL("../../action/dist/index.js", import.meta.url));
const manifest = parse(readFileSync(new URL("../../action/action.yml", import.meta.url), "utf8"));

let repository: Repository;
let directory: string;

beforeEach(async () => {
  repository = createRepository();
  directory = await mkdtemp(join(tmpdir(), "countersign-action-"));
});

afterEach(async () => {
  repository[Symbol.dispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Runs the bundle as the runner does: inputs and files by environment. */
async function runAction(inputs: Record<string, string>) {
  const files = { GITHUB_OUTPUT: join(directory, "output"), GITHUB_STEP_SUMMARY: join(directory, "summary") };
  await Promise.all(Object.values(files).map((file) => execa("touch", [file])));
  const given = Object.entries({ EXPECTED: "", ...inputs }).map(([name, value]) => [`INPUT_${name}`, value]);
  const env = {
    ...files,
    ...Object.fromEntries(given),
    GITHUB_WORKSPACE: repository.path,
    PATH: String(process.env.PATH),
  };
  const result = await execa(process.execPath, [bundle], { env, extendEnv: false, reject: false });
  return {
    ...result,
    output: readFileSync(files.GITHUB_OUTPUT, "utf8"),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
  };
}

const another = `0x${"12".repeat(32)}`;

describe("the action", () => {
  it("prints the hash that coreutils prints", async () => {
    const commit = repository.commit({ "code/a.txt": "hi\n" });
    const line =
      "find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum";
    const { stdout } = await execa("bash", ["-c", line], { cwd: join(repository.path, "code") });
    const { exitCode, output, summary } = await runAction({ PATH: "code", COMMIT: commit });
    expect(exitCode).toBe(0);
    expect(output).toContain(`0x${stdout.slice(0, 64)}`);
    expect(summary).toContain(`0x${stdout.slice(0, 64)}`);
  });

  it("fails where another hash was expected", async () => {
    const commit = repository.commit({ "code/a.txt": "hi\n" });
    const { exitCode, stdout } = await runAction({ PATH: "code", COMMIT: commit, EXPECTED: another });
    expect(exitCode).toBe(1);
    expect(stdout).toContain("::error::HASH_MISMATCH");
  });

  it("says every problem of a directory that cannot be hashed", async () => {
    const file = repository.writeBlob("x");
    const link = { mode: "120000", name: "link", oid: repository.writeBlob("a.txt") };
    const tree = repository.writeTree([{ mode: "100644", name: "back\\slash", oid: file }, link]);
    const root = repository.writeTree([{ mode: "40000", name: "code", oid: tree }]);
    const { exitCode, stdout } = await runAction({ PATH: "code", COMMIT: repository.writeCommit(root) });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /::error::TREE_NAME_BACKSLASH[\s\S]*::error::TREE_SYMLINK|::error::TREE_SYMLINK[\s\S]*::error::TREE_NAME_BACKSLASH/,
    );
  });

  it("is described by its manifest", () => {
    expect(manifest.runs).toEqual({ using: "node24", main: "dist/index.js" });
    expect(Object.keys(manifest.inputs)).toEqual(["path", "commit", "expected"]);
    expect(Object.keys(manifest.outputs)).toEqual(["contract-hash", "files"]);
  });
});
