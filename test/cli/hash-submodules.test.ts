import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashByCoreutils } from "../helpers/coreutils.ts";
import { isDeep } from "../helpers/gits.ts";
import { commitWith, type SubmoduleScene, startSubmoduleScene } from "../helpers/submodule-scene.ts";
import { countersign } from "./countersign.ts";

let scene: SubmoduleScene;
let clone: string;
let commit: string;
let earlier: string;
let absent: string;
let expected: string;
let source: string;

beforeAll(async () => {
  scene = await startSubmoduleScene();
  const [lib, vault] = [scene.serve("acme/lib.git"), scene.serve("acme/vault")];
  const old = commitWith(lib, { files: { "Lib.sol": "library Lib {}\n" } });
  const now = commitWith(lib, { files: { "Lib.sol": "library Lib { }\n", "New.sol": "\n" } });
  const files = { "contracts/Vault.sol": "contract Vault {}\n" };
  const pin = (pinned: string) => ({ "contracts/lib": { url: "../lib.git", commit: pinned, name: "library" } });
  earlier = commitWith(vault, { files, submodules: pin(old) });
  absent = commitWith(vault, { submodules: pin("1".repeat(40)) });
  commit = commitWith(vault, { submodules: pin(now) });
  clone = await scene.clone("acme/vault", { commit });
  expected = `0x${hashByCoreutils(join(clone, "contracts"))}`;
  source = `${scene.host.origin}/acme/vault#${commit}:contracts`;
});
afterAll(() => scene[Symbol.asyncDispose]());

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { host } = new URL(scene.host.origin);
  return countersign(words, { cwd: clone, env: { GHE_HOST: host, GHE_PROTOCOL: "http", ...env } });
}

describe.each(isDeep ? ["native", "builtin"] : ["native"])(
  "a directory with a submodule, COUNTERSIGN_GIT=%s",
  (choice) => {
    const env = { COUNTERSIGN_GIT: choice };

    it("is refused, and the hint says how to count it", async () => {
      const { exit, stdout, stderr } = await run(["hash", source], env);
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
      expect(stderr).toContain('TREE_SUBMODULE: expected a regular file, found a submodule at "lib"');
      expect(stderr).toContain("`--submodules`, and `submodules: true` in .github/countersign.yml");
    });

    it("is hashed with --submodules as a clone is, wherever the word stands", async () => {
      for (const words of [
        ["hash", source, "--submodules"],
        ["hash", "--submodules", `.#${commit}:contracts`],
      ])
        expect(await run(words, env)).toEqual({ exit: 0, stdout: `${expected}\n`, stderr: "- Hashing\n" });
    });

    it("is refused where the commit cannot be had, with its path", async () => {
      const ran = await run(["hash", `.#${absent}:contracts`, "--submodules", "--json"], env);
      expect(ran.exit).toBe(1);
      expect(JSON.parse(ran.stdout)).toMatchObject({
        error: { code: "SUBMODULE_UNAVAILABLE", problems: [{ subject: "lib" }] },
      });
    });

    it("is not known where the host cannot be asked", async () => {
      const other = { ...env, GHE_HOST: "127.0.0.1:1" };
      const words = ["hash", `.#${absent}:contracts`, "--submodules"];
      await scene.git(["remote", "set-url", "origin", "http://127.0.0.1:1/acme/vault"], clone);
      const { exit, stderr } = await run(words, other);
      await scene.git(["remote", "set-url", "origin", `${scene.host.origin}/acme/vault`], clone);
      expect({ exit, stderr }).toEqual({ exit: 3, stderr: expect.stringContaining("GIT_UNREACHABLE: ") });
    });

    it("is told file by file with --diff", async () => {
      const { exit, stdout } = await run(["hash", "--submodules", "contracts", "--diff", earlier, commit], env);
      expect(exit).toBe(0);
      expect(stdout.split("\n").slice(2)).toEqual([
        "2 files: 1 added, 1 changed",
        "~ lib/Lib.sol",
        "+ lib/New.sol",
        "",
      ]);
    });
  },
);

describe("a directory on this disk with a submodule", () => {
  it("is hashed as it lies there, with a note that the commit is refused", async () => {
    const { exit, stdout, stderr } = await run(["hash", "contracts"]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: `${expected}\n` });
    expect(stderr).toContain(
      "2 not in the commit (ignored, not committed yet, or a submodule's): lib/Lib.sol, lib/New.sol",
    );
    expect(stderr).toContain("1 for which a hash of the commit is refused: lib (TREE_SUBMODULE)");
  });

  it("is what git has with --submodules, until somebody edits it", async () => {
    const clean = await run(["hash", "contracts", "--submodules"]);
    expect(clean).toMatchObject({ exit: 0, stdout: `${expected}\n` });
    expect(clean.stderr).toContain(`The files are those that git has of ${commit.slice(0, 12)}.`);
    appendFileSync(join(clone, "contracts/lib/Lib.sol"), "// edited\n");
    const { stdout } = await run(["hash", "contracts", "--submodules", "--json"]);
    await scene.git(["checkout", "-q", "."], join(clone, "contracts/lib"));
    const workTree = { commit, added: [], removed: [], changed: ["lib/Lib.sol"], problems: [] };
    expect(JSON.parse(stdout)).toMatchObject({ workTree });
  });
});

describe("the limit of submodules", () => {
  it("is that of --limit, of COUNTERSIGN_LIMITS, or its own", async () => {
    const words = ["hash", source, "--submodules"];
    const refused = [
      await run([...words, "--limit", "submodules=0"]),
      await run(words, { COUNTERSIGN_LIMITS: "submodules=0" }),
    ];
    for (const { exit, stderr } of refused)
      expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringContaining("TREE_TOO_MANY_SUBMODULES: ") });
    const raised = await run([...words, "--limit", "submodules=1"], { COUNTERSIGN_LIMITS: "submodules=0" });
    expect(raised).toMatchObject({ exit: 0, stdout: `${expected}\n` });
  });
});

describe("the token", () => {
  it("goes with every request to its host, and to github.com alone where that is its host", async () => {
    const from = scene.host.requests.length;
    await run(["hash", source, "--submodules"], { GITHUB_TOKEN: "ghp_secret" });
    const tokens = new Set(scene.host.requests.slice(from).map(({ authorization }) => authorization));
    expect([...tokens]).toEqual([`Basic ${Buffer.from("x-access-token:ghp_secret").toString("base64")}`]);
  });
});
