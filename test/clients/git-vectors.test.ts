import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPlainDirectory } from "../../src/clients/plain-directory.ts";
import { CountersignError, catalogue } from "../../src/errors.ts";
import { checkOut, hashByCoreutils } from "../helpers/coreutils.ts";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { treeRoads } from "../helpers/tree-roads.ts";
import { commitTree, readTreeVectors, type TreeVector } from "../helpers/tree-vector.ts";

const vectors = readTreeVectors();
const accepted = vectors.filter((vector) => vector.hash !== undefined);
const refused = vectors.filter((vector) => vector.problems !== undefined);

interface Written {
  readonly repository: Repository;
  readonly commit: string;
}

const written = new Map<TreeVector, Written>();
let scratch: string;
/** Has no repository at all. */
let host: GitHost;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "countersign-vectors-"));
  host = await startGitHost(mkdtempSync(join(scratch, "host-")));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  for (const { repository } of written.values()) repository[Symbol.dispose]();
  rmSync(scratch, { recursive: true, force: true });
});

describe.each(treeRoads)("the tree hash of protocol section 2, by $name", (road) => {
  it.each(accepted)("hashes $name", async (vector) => {
    const { repository, commit } = writeOnce(vector);
    const found = await road.hash(repository, toPlace(vector));
    expect(found.hash).toBe(vector.hash);
    if (vector.manifest !== undefined) expect(found.manifest).toBe(vector.manifest);
    expect(found.treeOid).toBe(repository.git(["rev-parse", `${commit}:dir`]));
  });

  it.each(refused)("refuses $name", async (vector) => {
    const error = await road.hash(writeOnce(vector).repository, toPlace(vector)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CountersignError);
    expect(toComparable((error as CountersignError).problems)).toEqual(toComparable(vector.problems ?? []));
  });
});

describe("a checkout, as git stores it", () => {
  it.each(accepted)("hashes by coreutils, and as a plain directory, to that of $name", async (vector) => {
    const { repository, commit } = writeOnce(vector);
    const directory = join(scratch, vector.name);
    checkOut(repository, `${commit}:dir`, directory);
    expect(`0x${hashByCoreutils(directory)}`).toBe(vector.hash);
    expect((await hashPlainDirectory(directory, toOptions(vector))).hash).toBe(vector.hash);
  });
});

describe("the vectors", () => {
  /** What no tree of one honest repository can show; each has a test of its own. */
  const elsewhere = new Map([
    ["TREE_OBJECT_MISMATCH", "a store that lies: T12 in tree-threats.test.ts"],
    ["TREE_TOO_MANY_PROBLEMS", "a thousand of them: T18 in tree-threats.test.ts"],
    ["TREE_SPECIAL_FILE", "a disk with pipes and devices: plain-directory.test.ts"],
    ["TREE_TRUNCATED", "a listing over the network: the tests of GitHub's API"],
    ["TREE_TOO_MANY_SUBMODULES", "several repositories: submodules-refused.test.ts"],
  ]);

  it("show every code that a tree can be refused with, but those that have their own tests", () => {
    const shown = new Set(refused.flatMap(({ problems = [] }) => problems.map(({ code }) => code)));
    const missing = Object.keys(catalogue).filter((code) => code.startsWith("TREE_") && !shown.has(code as never));
    expect(missing.sort()).toEqual([...elsewhere.keys()].sort());
  });

  it("each say what they are about, and are either hashed or refused", () => {
    for (const { about, hash, problems } of vectors) {
      expect(about).toMatch(/\.$/);
      expect(hash === undefined).toBe(problems !== undefined);
    }
  });
});

function writeOnce(vector: TreeVector): Written {
  const known = written.get(vector);
  if (known !== undefined) return known;
  const repository = createRepository();
  const made = { repository, commit: commitTree(repository, vector.entries, vector.gitmodules) };
  written.set(vector, made);
  return made;
}

function toPlace(vector: TreeVector) {
  const submodules = vector.submodules && { origin: host.origin, directory: scratch };
  return { commit: writeOnce(vector).commit, path: vector.path ?? "dir", submodules, ...toOptions(vector) };
}

function toOptions({ limits }: TreeVector) {
  return limits === undefined ? {} : { limits };
}

function toComparable(problems: readonly { code: string; subject?: string | undefined }[]): string[] {
  return problems.map(({ code, subject }) => `${code} ${subject ?? ""}`).sort();
}
