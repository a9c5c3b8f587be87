import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findLastChange } from "../../src/clients/git/history.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { findMergeBase } from "../../src/clients/git/merge-base.ts";
import type { ObjectSource } from "../../src/clients/git/object-source.ts";
import { resolvePath } from "../../src/clients/git/tree-path.ts";
import { nativeGit } from "../helpers/gits.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { createSource } from "../helpers/source.ts";

/** One commit of a random history: which earlier ones are its parents (none: a root), what it changes, what its clock says. */
const step = fc.record({
  parents: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  changes: fc.uniqueArray(
    fc.record({
      path: fc.constantFrom("dir/a", "dir/sub/b", "lock", "other/c", "dir2/d"),
      content: fc.constantFrom(undefined, "0", "1"),
      mode: fc.constantFrom("100644", "100755"),
    }),
    { maxLength: 3, selector: (change) => change.path },
  ),
  clock: fc.integer({ min: 1, max: 60 }),
});
const histories = fc.array(step, { minLength: 1, maxLength: 14 });
const runs = { numRuns: Number(process.env.FAST_CHECK_RUNS ?? 20) };

/** Commits the history by `git fast-import`, parents newest first as told, and answers the ids in order. */
function importHistory(
  repository: Repository,
  history: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
) {
  const lines = history.flatMap(({ parents, changes, clock }, index) => {
    const marks = [...new Set(parents.map((back) => index - back).filter((mark) => mark > 0))];
    const [first, ...merged] = marks;
    return [
      `reset refs/heads/b${index}`,
      ...(first === undefined ? [] : [`from :${first}`]),
      "",
      `commit refs/heads/b${index}`,
      `mark :${index + 1}`,
      `committer Ada <ada@example.org> ${1_700_000_000 + clock} +0000`,
      `data ${String(index).length}`,
      String(index),
      ...merged.map((mark) => `merge :${mark}`),
      ...changes.flatMap(({ path, content, mode }) =>
        content === undefined ? [`D ${path}`] : [`M ${mode} inline ${path}`, "data 1", content],
      ),
      "",
    ];
  });
  repository.git(["fast-import", "--quiet", "--force"], { input: `${lines.join("\n")}\n` });
  const refs = repository.git(["for-each-ref", "--format=%(refname:short) %(objectname)"]).split("\n");
  const ids = new Map(refs.map((line) => line.split(" ") as [string, string]));
  return history.map((_, index) => ids.get(`b${index}`) ?? "");
}

/** The same objects with some commits left out, as a shallow fetch leaves them out. */
function without(source: ObjectSource, missing: ReadonlySet<string>): ObjectSource {
  return createSource(async (oid) => (missing.has(oid) ? undefined : source.readObject(oid)));
}

describe("findLastChange", { timeout: 60_000 }, () => {
  it("prints what git rev-list -1 prints", async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        using repository = createRepository({ bare: true });
        const head = importHistory(repository, history).at(-1) ?? "";
        const source = await openLocalRepository(repository.path, { git: nativeGit });
        for (const paths of [["dir"], ["dir", "lock"], ["dir/a"], ["absent"], ["dir/sub", "other"]]) {
          const printed = repository.git(["rev-list", "-1", head, "--", ...paths]);
          const expected = printed === "" ? { absent: true } : { commit: printed };
          expect(await findLastChange(source, { head, paths })).toEqual(expected);
        }
      }),
      runs,
    );
  });

  it("answers the same or names a missing commit where some are missing", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.array(fc.nat(12)), async (history, gaps) => {
        using repository = createRepository({ bare: true });
        const ids = importHistory(repository, history);
        const head = ids.at(-1) ?? "";
        const missing = new Set(gaps.flatMap((gap) => ids.slice(0, -1)[gap] ?? []));
        const source = without(await openLocalRepository(repository.path, { git: nativeGit }), missing);
        const found = await findLastChange(source, { head, paths: ["dir"] });
        if ("shallow" in found) expect(missing).toContain(found.shallow);
        else expect("commit" in found ? found.commit : "").toBe(repository.git(["rev-list", "-1", head, "--", "dir"]));
      }),
      runs,
    );
  });

  it("follows the first of two parents that made the same change", async () => {
    using repository = createRepository({ bare: true });
    const [before, after] = ["0", "1"].map((text) =>
      repository.writeTree([{ mode: "100644", name: "a", oid: repository.writeBlob(text) }]),
    ) as [string, string];
    const root = repository.writeCommit(before);
    const sides = ["one", "two"].map((message) => repository.writeCommit(after, { parents: [root], message }));
    const source = await openLocalRepository(repository.path, { git: nativeGit });
    for (const parents of [sides, sides.toReversed()]) {
      const head = repository.writeCommit(after, { parents });
      expect(repository.git(["rev-list", "-1", head, "--", "a"])).toBe(parents[0]);
      expect(await findLastChange(source, { head, paths: ["a"] })).toEqual({ commit: parents[0] });
    }
  });

  it("takes a group-writable mode of old commits for the ordinary one, as git does", async () => {
    using repository = createRepository({ bare: true });
    const oid = repository.writeBlob("a");
    const trees = ["100664", "100644"].map((mode) => repository.writeTree([{ mode, name: "a", oid }]));
    const first = repository.writeCommit(trees[0] ?? "");
    const head = repository.writeCommit(trees[1] ?? "", { parents: [first] });
    const source = await openLocalRepository(repository.path, { git: nativeGit });
    expect(repository.git(["rev-list", "-1", head, "--", "a"])).toBe(first);
    expect(await findLastChange(source, { head, paths: ["a"] })).toEqual({ commit: first });
  });
});

describe("findMergeBase", { timeout: 60_000 }, () => {
  it("prints what git merge-base --all prints, whatever the clocks say", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(13), async (history, back) => {
        using repository = createRepository({ bare: true });
        const ids = importHistory(repository, history);
        const a = ids.at(-1) ?? "";
        const b = ids.at(-1 - (back % ids.length)) ?? "";
        const source = await openLocalRepository(repository.path, { git: nativeGit });
        expect(await findMergeBase(source, { a, b })).toEqual({ bases: mergeBases(repository, a, b) });
      }),
      runs,
    );
  });

  it("answers the same or names a missing commit where some are missing", async () => {
    await fc.assert(
      fc.asyncProperty(histories, fc.nat(13), fc.array(fc.nat(12)), async (history, back, gaps) => {
        using repository = createRepository({ bare: true });
        const ids = importHistory(repository, history);
        const a = ids.at(-1) ?? "";
        const b = ids.at(-1 - (back % ids.length)) ?? "";
        const missing = new Set(gaps.flatMap((gap) => ids[gap] ?? []));
        const source = without(await openLocalRepository(repository.path, { git: nativeGit }), missing);
        const found = await findMergeBase(source, { a, b });
        if ("shallow" in found) expect(missing).toContain(found.shallow);
        else expect(found.bases).toEqual(mergeBases(repository, a, b));
      }),
      runs,
    );
  });

  it("drops a candidate that only an old clock hid below another", async () => {
    using repository = createRepository({ bare: true });
    const history = [
      { parents: [], changes: [], clock: 40 },
      { parents: [0], changes: [], clock: 1 },
      { parents: [0], changes: [], clock: 50 },
      { parents: [0, 2], changes: [], clock: 55 },
      { parents: [1, 3], changes: [], clock: 60 },
    ];
    const ids = importHistory(repository, history);
    const [a = "", b = ""] = [ids[4], ids[3]];
    expect(mergeBases(repository, a, b)).toEqual([ids[2]]);
    expect(await findMergeBase(await openLocalRepository(repository.path, { git: nativeGit }), { a, b })).toEqual({
      bases: [ids[2]],
    });
  });

  it("is decided by a shallow history that reaches the fork", async () => {
    using repository = createRepository();
    const ids = Array.from({ length: 6 }, (_, index) => repository.commit({ a: String(index) }));
    const side = repository.writeCommit(repository.git(["write-tree"]), { parents: [ids[3] ?? ""] });
    const source = without(await openLocalRepository(repository.path, { git: nativeGit }), new Set(ids.slice(0, 2)));
    expect(await findMergeBase(source, { a: ids[5] ?? "", b: side })).toEqual({ bases: [ids[3]] });
    const shallower = without(source, new Set(ids.slice(0, 5)));
    expect(await findMergeBase(shallower, { a: ids[5] ?? "", b: side })).toHaveProperty("shallow");
  });
});

describe("resolvePath", () => {
  it("answers mode and id as git ls-tree does, or nothing", async () => {
    using repository = createRepository();
    const commit = repository.commit({ "a/b/c": "c" });
    const source = await openLocalRepository(repository.path, { git: nativeGit });
    for (const path of ["a", "a/b", "a/b/c"]) {
      const [mode, , oid] = repository.git(["ls-tree", commit, path]).split(/[ \t]/);
      const found = await resolvePath(source, commit, path);
      expect([found?.mode.padStart(6, "0"), found?.oid]).toEqual([mode, oid]);
    }
    expect(await resolvePath(source, commit, "a/x")).toBeUndefined();
    expect(await resolvePath(source, commit, "a/b/c/d")).toBeUndefined();
  });
});

function mergeBases(repository: Repository, a: string, b: string): string[] {
  // Exit status 1 without a word: the two have nothing in common.
  const printed = tryGit(repository, ["merge-base", "--all", a, b]);
  return printed.split("\n").filter(Boolean).sort();
}

function tryGit(repository: Repository, args: readonly string[]): string {
  try {
    return repository.git(args);
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === 1) return "";
    throw error;
  }
}
