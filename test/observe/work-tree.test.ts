import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepositories } from "../../src/clients/git/repositories.ts";
import { hashPlainDirectory } from "../../src/clients/plain-directory.ts";
import { findPlace, observeWorkTree, type WorkTreeContext } from "../../src/observe/work-tree.ts";
import { gitsOfDepth } from "../helpers/gits.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { commitWith, type SubmoduleScene, startSubmoduleScene } from "../helpers/submodule-scene.ts";

const files = { "a.txt": "one\ntwo\n", "b/b.txt": "$Id$\n", "b/c/c.bin": "\u0000\r\n", "top.sh": "#!/bin/sh\n" };
const nothing = { added: [], removed: [], changed: [] };

describe.each(gitsOfDepth)("a directory on a disk beside what git has, by $name", ({ git }) => {
  const origin = "https://github.com";
  const repositories = createRepositories({ git, origin, toDirectory: () => "/nonexistent/never-fetched" });

  async function observe(directory: string, context: Partial<WorkTreeContext> = {}) {
    const hashed = await hashPlainDirectory(directory);
    return observeWorkTree(directory, hashed.files, { repositories, ...context });
  }

  describe("what a filter, a person or a build did", () => {
    const differences: [string, (repository: Repository) => void, object][] = [
      ["nothing", () => undefined, nothing],
      ["the executable bit", ({ path }) => chmodSync(join(path, "top.sh"), 0o755), nothing],
      ["an edit", ({ path }) => appendFileSync(join(path, "a.txt"), "three\n"), { ...nothing, changed: ["a.txt"] }],
      ["a file that is missing", ({ path }) => rmSync(join(path, "b/b.txt")), { ...nothing, removed: ["b/b.txt"] }],
      ["a file that is new", ({ path }) => writeFileSync(join(path, "b/é"), ""), { ...nothing, added: ["b/é"] }],
      [
        "a file that is staged",
        ({ path, git: run }) => {
          writeFileSync(join(path, "new"), "");
          run(["add", "new"]);
        },
        { ...nothing, added: ["new"] },
      ],
      [
        "files that are ignored",
        ({ path }) => {
          mkdirSync(join(path, "out"));
          writeFileSync(join(path, "out/Vault.json"), "{}");
          writeFileSync(join(path, ".git/info/exclude"), "out/\n");
        },
        { ...nothing, added: ["out/Vault.json"] },
      ],
      [
        "core.autocrlf",
        (repository) => checkOutAgain(repository, ["core.autocrlf", "true"]),
        { ...nothing, changed: ["a.txt", "b/b.txt", "top.sh"] },
      ],
      [
        "eol in the attributes",
        (repository) => checkOutAgain(repository, ["x.x", "x"], "*.txt text eol=crlf\n"),
        { ...nothing, changed: ["a.txt", "b/b.txt"] },
      ],
      [
        "ident",
        (repository) => checkOutAgain(repository, ["x.x", "x"], "b.txt ident\n"),
        { ...nothing, changed: ["b/b.txt"] },
      ],
      [
        "a filter",
        (repository) => checkOutAgain(repository, ["filter.up.smudge", "tr a-z A-Z"], "a.txt filter=up\n"),
        { ...nothing, changed: ["a.txt"] },
      ],
      ["refs that are packed", ({ git: run }) => void run(["pack-refs", "--all"]), nothing],
      ["a head without a branch", ({ git: run }) => void run(["checkout", "-q", "--detach"]), nothing],
    ];
    it.each(differences)("%s is told as it is", async (_, make, changes) => {
      using repository = createRepository();
      const commit = repository.commit(files);
      make(repository);
      expect(await observe(repository.path)).toEqual({ commit, changes, problems: [] });
    });

    it("is told of the directory alone, by paths below it", async () => {
      using repository = createRepository();
      repository.commit(files);
      for (const name of ["a.txt", "b/b.txt"]) appendFileSync(join(repository.path, name), "more");
      expect((await observe(join(repository.path, "b")))?.changes).toEqual({ ...nothing, changed: ["b.txt"] });
      expect((await observe(join(repository.path, "b/c")))?.changes).toEqual(nothing);
      mkdirSync(join(repository.path, "new"));
      writeFileSync(join(repository.path, "new/x"), "");
      expect((await observe(join(repository.path, "new")))?.changes).toEqual({ ...nothing, added: ["x"] });
    });

    it("names a link of the commit that is a file here", async () => {
      using repository = createRepository();
      repository.commit(files);
      repository.git(["update-index", "--add", "--cacheinfo", `120000,${repository.writeBlob("a.txt")},link`]);
      repository.git(["commit", "-q", "-m", "Link"]);
      repository.git(["-c", "core.symlinks=false", "checkout-index", "link"]);
      expect(await observe(repository.path)).toMatchObject({
        changes: { added: ["link"] },
        problems: [{ code: "TREE_SYMLINK", subject: "link" }],
      });
    });
  });

  describe("where the directory is", () => {
    let scratch: string;
    let repository: Repository;
    let commit: string;
    beforeAll(() => {
      scratch = mkdtempSync(join(tmpdir(), "countersign-work-tree-"));
      repository = createRepository();
      commit = repository.commit(files);
    });
    afterAll(() => {
      repository[Symbol.dispose]();
      rmSync(scratch, { recursive: true });
    });

    it("may be a linked work tree, on a branch of its own", async () => {
      const linked = join(scratch, "linked");
      repository.git(["worktree", "add", "-q", "-b", "other", linked]);
      expect(await observe(join(linked, "b"))).toEqual({ commit, changes: nothing, problems: [] });
      repository.git(["-C", linked, "rm", "-q", "a.txt"]);
      repository.git(["-C", linked, "commit", "-q", "-m", "Remove"]);
      const head = repository.git(["rev-parse", "other"]);
      expect(await observe(linked)).toEqual({ commit: head, changes: nothing, problems: [] });
      expect(await observe(repository.path)).toEqual({ commit, changes: nothing, problems: [] });
    });

    it("may be reached through a link", async () => {
      symlinkSync(repository.path, join(scratch, "link"));
      expect(await observe(join(scratch, "link/b"))).toEqual({ commit, changes: nothing, problems: [] });
      expect(await findPlace(join(scratch, "link/gone/too"))).toEqual(
        await findPlace(join(repository.path, "gone/too")),
      );
    });

    it("is compared within the limits that it was hashed with", async () => {
      expect(await observe(repository.path, { limits: { files: 4 } })).toMatchObject({ commit });
      expect(await observe(repository.path, { limits: { files: 3 } })).toEqual(
        unread({ code: "TREE_TOO_MANY_FILES", subject: "b/c/c.bin" }),
      );
    });

    const unread = (problem: object) => ({
      commit: undefined,
      changes: nothing,
      problems: [expect.objectContaining(problem)],
    });
    const unreadable = unread({ code: "GIT_NOT_A_REPOSITORY" });
    const apart: [string, (directory: string) => void, object | undefined][] = [
      ["no repository", () => undefined, undefined],
      ["a bare repository", (directory) => void repository.git(["init", "-q", "--bare", directory]), undefined],
      [
        "one without a commit",
        (directory) => void repository.git(["init", "-q", directory]),
        { commit: undefined, changes: { ...nothing, added: ["file"] }, problems: [] },
      ],
      [
        "one of SHA-256",
        (directory) => void repository.git(["init", "-q", "--object-format=sha256", directory]),
        unreadable,
      ],
      [
        "one whose commit is not here",
        (directory) => {
          repository.git(["init", "-q", directory]);
          writeFileSync(join(directory, ".git/HEAD"), "1".repeat(40));
        },
        unread({ code: "GIT_OBJECT_ABSENT" }),
      ],
      ["an empty .git", (directory) => mkdirSync(join(directory, ".git")), unreadable],
      [
        "a .git that leads nowhere",
        (directory) => writeFileSync(join(directory, ".git"), "gitdir: /nonexistent\n"),
        unreadable,
      ],
      ["a .git that is anything", (directory) => writeFileSync(join(directory, ".git"), "\u0000"), unreadable],
    ];
    it.each(apart)("is told where there is nothing to compare with: %s", async (_, make, facts) => {
      const directory = mkdtempSync(join(scratch, "own-"));
      writeFileSync(join(directory, "file"), "x\n");
      make(directory);
      expect(await observe(directory)).toEqual(facts);
    });
  });

  describe("submodules", () => {
    let scene: SubmoduleScene;
    let clone: string;
    let pinned: string;
    let commit: string;
    beforeAll(async () => {
      scene = await startSubmoduleScene();
      pinned = commitWith(scene.serve("acme/lib"), { files: { "Lib.sol": "library Lib {}\n" } });
      const submodules = { "contracts/lib": { url: "../lib", commit: pinned } };
      commit = commitWith(scene.serve("acme/vault"), { files: { "contracts/Vault.sol": "" }, submodules });
      clone = await scene.clone("acme/vault", { commit });
    });
    afterAll(() => scene[Symbol.asyncDispose]());

    it("are named where they are refused, with their files", async () => {
      expect(await observe(join(clone, "contracts"))).toMatchObject({
        changes: { ...nothing, added: ["lib/Lib.sol"] },
        problems: [{ code: "TREE_SUBMODULE", subject: "lib" }],
      });
    });

    it("count as their files where they are asked for", async () => {
      const asked = { submodules: "asked" } as const;
      const directory = join(clone, "contracts");
      expect(await observe(directory, asked)).toEqual({ commit, changes: nothing, problems: [] });
      appendFileSync(join(directory, "lib/Lib.sol"), "// more\n");
      expect((await observe(directory, asked))?.changes).toEqual({ ...nothing, changed: ["lib/Lib.sol"] });
      await scene.git(["submodule", "--quiet", "deinit", "-f", "contracts/lib"], clone);
      expect((await observe(directory, asked))?.changes).toEqual({ ...nothing, removed: ["lib/Lib.sol"] });
      await scene.git(["submodule", "--quiet", "update", "--init"], clone);
    });

    it("are repositories of their own inside", async () => {
      const directory = join(clone, "contracts/lib");
      expect(await observe(directory)).toEqual({ commit: pinned, changes: nothing, problems: [] });
    });
  });
});

/** As a checkout with this configuration and these attributes lays the files out. */
function checkOutAgain({ path, git }: Repository, [name, value]: readonly [string, string], attributes = ""): void {
  writeFileSync(join(path, ".git/info/attributes"), attributes);
  git(["config", name, value]);
  for (const file of Object.keys(files)) rmSync(join(path, file));
  git(["checkout-index", "--all", "--force"]);
}
