import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { hashPlainDirectory } from "../../src/clients/plain-directory.ts";
import { CountersignError } from "../../src/errors.ts";
import { findPathProblems } from "../../src/protocol/tree-hash.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { readTreeVectors, type TreeVector, writeVector } from "../helpers/tree-vector.ts";

/** As protocol §2 and the README print it. */
const coreutils =
  "find . -name .git -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum";

const vectors = readTreeVectors();
const accepted = vectors.filter((vector) => vector.hash !== undefined);
const refused = vectors.filter((vector) => vector.problems !== undefined);

describe("the tree hash of protocol section 2", () => {
  it.each(accepted)("hashes $name", async (vector) => {
    using repository = createRepository();
    const commit = commitVector(repository, vector);
    const found = await hashDirectory(await openLocalRepository(repository.path), { commit, path: "dir" });
    expect(found).toMatchObject({ hash: vector.hash, manifest: vector.manifest });
    expect(found.treeOid).toBe(repository.git(["rev-parse", `${commit}:dir`]));
  });

  it.each(accepted)("agrees with coreutils on a checkout of $name", async (vector) => {
    using repository = createRepository();
    // Of all attributes those in the repository's own file win, so that nothing is converted on the way to the disk.
    mkdirSync(join(repository.path, ".git", "info"), { recursive: true });
    writeFileSync(
      join(repository.path, ".git", "info", "attributes"),
      "* -text -ident -filter !eol !working-tree-encoding\n",
    );
    repository.git(["read-tree", commitVector(repository, vector)]);
    repository.git(["checkout-index", "--all"]);
    const cwd = join(repository.path, "dir");
    const printed = execFileSync("sh", ["-c", coreutils], { cwd }).toString().slice(0, 64);
    expect(`0x${printed}`).toBe(vector.hash);
    expect(await hashPlainDirectory(cwd)).toMatchObject({ hash: vector.hash, manifest: vector.manifest });
  });

  it.each(refused)("refuses $name", async (vector) => {
    using repository = createRepository();
    const source = await openLocalRepository(repository.path);
    const commit = commitVector(repository, vector);
    const error = await hashDirectory(source, { commit, path: "dir" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CountersignError);
    expect(toComparable((error as CountersignError).problems)).toEqual(toComparable(vector.problems ?? []));
  });
});

describe("any tree of plain names", { timeout: 60_000 }, () => {
  const name = fc.string({ unit: fc.constantFrom(..."ab-._0 Z~é日😀"), minLength: 1, maxLength: 3 });
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const files = fc.dictionary(path, fc.uint8Array({ maxLength: 20 }), {
    minKeys: 1,
    maxKeys: 12,
    noNullPrototype: true,
  });

  it("hashes as coreutils does on its checkout", async () => {
    await fc.assert(
      fc.asyncProperty(files, async (tree) => {
        const paths = Object.keys(tree).map((one) => Buffer.from(one));
        fc.pre(findPathProblems(paths).length === 0);
        using repository = createRepository();
        const commit = repository.commit(tree);
        const source = await openLocalRepository(repository.path);
        const printed = execFileSync("sh", ["-c", coreutils], { cwd: repository.path }).toString().slice(0, 64);
        expect((await hashDirectory(source, { commit, path: "" })).hash).toBe(`0x${printed}`);
      }),
      { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 15) },
    );
  });
});

function commitVector(repository: Repository, vector: TreeVector): string {
  const oid = writeVector(repository, vector.entries);
  return repository.writeCommit(repository.writeTree([{ mode: "40000", name: "dir", oid }]));
}

function toComparable(problems: readonly { code: string; subject?: string | undefined }[]): string[] {
  return problems.map(({ code, subject }) => `${code} ${subject ?? ""}`).sort();
}
