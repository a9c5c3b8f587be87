import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { findNativeGit } from "../../src/clients/git/native-git.ts";
import type { CountersignError } from "../../src/errors.ts";
import { gitsOfDepth } from "../helpers/gits.ts";
import { writeLoose } from "../helpers/loose-lies.ts";
import { measure } from "../helpers/measured.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";

let repository: Repository;
let directory: string;
let commit: string;

beforeEach(() => {
  repository = createRepository();
  directory = mkdtempSync(join(tmpdir(), "countersign-git-test-"));
  const files = Array.from({ length: 400 }, (_, index) => [`d/${index}`, `${index}\n`.repeat(200)]);
  commit = repository.commit(Object.fromEntries(files));
});
afterEach(() => {
  repository[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const realGit = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();

/** A program called git that does this; `$REAL` is the real one. */
function plantGit(script: string, at = join(directory, "bin")): string {
  mkdirSync(at, { recursive: true });
  const path = join(at, "git");
  writeFileSync(path, `#!/bin/sh\nREAL='${realGit}'\ncase "$*" in --version) exec "$REAL" "$@";; esac\n${script}\n`);
  chmodSync(path, 0o755);
  return at;
}

async function hashWith(path: string) {
  const git = await findNativeGit(path);
  if (git === undefined) throw new Error("expected a git, found none");
  return hashDirectory(await openLocalRepository(repository.path, { git }), { commit, path: "d" });
}

describe("native git", () => {
  it.each([
    ["absent", undefined],
    ["nowhere on the path", "/nonexistent"],
    ["only below the current directory", "bin:.:./bin"],
  ])("is not used where it is %s", async (_, path) => {
    plantGit(`touch '${directory}/ran'; exec "$REAL" "$@"`);
    const previous = process.cwd();
    process.chdir(directory);
    expect(await findNativeGit(path).finally(() => process.chdir(previous))).toBeUndefined();
    expect(existsSync(join(directory, "ran"))).toBe(false);
  });

  it.each([
    ["too old", "echo git version 2.30.9"],
    ["no git", "echo hello"],
    ["failing", "exit 1"],
  ])("is not used where it is %s", async (_, script) => {
    writeFileSync(join(plantGit(""), "git"), `#!/bin/sh\n${script}\n`);
    expect(await findNativeGit(`${join(directory, "bin")}`)).toBeUndefined();
  });

  it("is not used where it may not be run", async () => {
    chmodSync(join(plantGit(""), "git"), 0o644);
    expect(await findNativeGit(join(directory, "bin"))).toBeUndefined();
  });

  it.each([
    ["is killed at once", "kill -9 $$"],
    ["is killed in the middle", `"$REAL" "$@" | head -c 20000; kill -9 $$`],
    ["says nothing, in peace", "cat > /dev/null; exit 0"],
    ["fails at everything", "exit 128"],
    ["says nothing, by a signal", "kill -ABRT $$"],
    ["is killed for what it takes", `case "$*" in *--batch) kill -KILL $$;; esac; exec "$REAL" "$@"`],
  ])("gives a fault, and neither a hash nor a refusal, where it %s", async (_, script) => {
    await expect(hashWith(`${plantGit(script)}:/usr/bin:/bin`)).rejects.toMatchObject({
      code: "INTERNAL",
      kind: "fault",
    });
  });

  it.each([
    ["ends in peace in the middle", `"$REAL" "$@" | head -c 20000; exit 0`],
    ["ends in peace between two objects", `"$REAL" "$@" | head -n 400; exit 0`],
    [
      "ends by a signal in the middle",
      `case "$*" in *--batch) "$REAL" "$@" | head -c 20000; kill -SEGV $$;; esac; exec "$REAL" "$@"`,
    ],
    ["prints what is no object", "echo hello; cat > /dev/null"],
    ["prints without end", "exec cat /dev/zero"],
    ["answers of another object", `"$REAL" "$@" | sed -u 's/^[0-9a-f]* blob/${"1".repeat(40)} blob/'`],
  ])("is read without where it %s", async (_, script) => {
    const source = await openLocalRepository(repository.path, {});
    const { hash } = await hashDirectory(source, { commit, path: "d" });
    expect((await hashWith(`${plantGit(script)}:/usr/bin:/bin`)).hash).toBe(hash);
  });

  it("gives a fault where it is gone since it was found", async () => {
    const git = await findNativeGit(plantGit('exec "$REAL" "$@"'));
    rmSync(join(directory, "bin"), { recursive: true });
    const source = await openLocalRepository(repository.path, { git });
    await expect(hashDirectory(source, { commit, path: "d" })).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("is asked no more after few objects that it cannot read", async () => {
    const runs = join(directory, "runs");
    const oids = Array.from({ length: 30 }, (_, index) => repository.writeBlob(`bad ${index}`));
    const tree = repository.writeTree(oids.map((oid, index) => ({ mode: "100644", name: `${100 + index}`, oid })));
    commit = repository.writeCommit(repository.writeTree([{ mode: "40000", name: "d", oid: tree }]));
    for (const oid of oids) writeLoose(repository, oid, deflateSync("blob 9\0").subarray(0, -4));
    const error = await hashWith(plantGit(`echo >>'${runs}'; exec "$REAL" "$@"`)).catch((thrown: unknown) => thrown);
    expect((error as CountersignError).problems.map(({ subject }) => subject).sort()).toEqual(oids.sort());
    expect(readFileSync(runs, "utf8").length).toBeLessThan(15);
  });

  it("gets nothing of the environment but the path", async () => {
    const path = plantGit(`env > '${directory}/environment'; exec "$REAL" "$@"`);
    process.env.GIT_COUNTERSIGN_TEST = "secret";
    process.env.COUNTERSIGN_TEST = "secret";
    await hashWith(`${path}:relative:/usr/bin:/bin`);
    delete process.env.GIT_COUNTERSIGN_TEST;
    delete process.env.COUNTERSIGN_TEST;
    const environment = execFileSync("cat", [join(directory, "environment")], { encoding: "utf8" });
    expect(environment).not.toContain("secret");
    expect(environment).toContain(`PATH=${path}:/usr/bin:/bin\n`);
  });
});

describe.each(gitsOfDepth)("a large loose file, with $name", ({ name }) => {
  it("is read in pieces, though it does not get smaller", () => {
    const size = 256 * 1024 ** 2;
    const object = Buffer.concat([Buffer.from(`blob ${size}\0`), Buffer.alloc(size)]);
    const oid = createHash("sha1").update(object).digest("hex");
    writeLoose(repository, oid, deflateSync(object, { level: 0 }));
    const big = repository.writeCommit(repository.writeTree([{ mode: "100644", name: "a", oid }]));
    const { stdout, peakBytes } = measure("tree-hash-process.ts", `${name}, on this disk`, repository.path, big);
    expect(JSON.parse(stdout)).not.toHaveProperty("code");
    expect(peakBytes).toBeLessThan(240 * 1024 ** 2);
  }, 60_000);
});

describe.each(gitsOfDepth)("a repository that may not be read, with $name", ({ name }) => {
  const program = fileURLToPath(new URL("../helpers/tree-hash-process.ts", import.meta.url));
  const packs = () => join(repository.path, ".git/objects/pack");

  it.each([
    ["its objects", () => chmodSync(join(repository.path, ".git/objects"), 0o000)],
    ["one of its packs", () => pack(".pack")],
    ["the index of a pack", () => pack(".idx")],
    ["a loose object", () => plantLoose("small")],
    ["a large loose object", () => plantLoose(randomBytes(1024 ** 2))],
  ])("is a fault, and neither a hash nor a refusal: %s", (_, lock) => {
    chmodSync(repository.path, 0o755);
    lock();
    // Root may read everything.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const args = [program, `${name}, on this disk`, repository.path, commit];
    const { code, answer = "" } = JSON.parse(execFileSync(process.execPath, args, { ...user, encoding: "utf8" }));
    expect(answer).not.toContain("[object Object]");
    expect([undefined, "GIT_OBJECT_ABSENT", "INTERNAL"]).toContain(code);
  });

  function pack(end: string): void {
    repository.git(["gc", "-q"]);
    for (const file of readdirSync(packs())) if (file.endsWith(end)) chmodSync(join(packs(), file), 0o000);
  }
  function plantLoose(content: string | Uint8Array): void {
    const oid = repository.writeBlob(content);
    commit = repository.writeCommit(repository.writeTree([{ mode: "100644", name: "a", oid }]));
    chmodSync(join(repository.path, ".git/objects", oid.slice(0, 2), oid.slice(2)), 0o000);
  }
});

it("ends a git that nobody is left to kill, and what it started, after so many seconds of work", async () => {
  const pids = join(directory, "pids");
  const git = await findNativeGit(plantGit(`/bin/sh -c 'echo $$ >>"${pids}"; while :; do :; done'`));
  const child = git?.inOwn(directory, ["fetch"], { configuration: {}, processorSeconds: 1 });
  if (child === undefined) throw new Error("expected a git, found none");
  child.stdout.resume();
  child.stderr.resume();
  await new Promise((resolve) => child.once("close", resolve));
  const pid = Number(readFileSync(pids, "utf8"));
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
});
