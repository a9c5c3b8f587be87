import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogue } from "../../src/errors.ts";
import { hashSource } from "../../src/flows/hash.ts";
import { hashByCoreutils } from "../helpers/coreutils.ts";
import { gitsOfDepth } from "../helpers/gits.ts";
import { createScope, openRoads, problemsOf, type SubmoduleScope } from "../helpers/submodule-roads.ts";
import { commitWith, type SubmoduleScene, startSubmoduleScene } from "../helpers/submodule-scene.ts";

let scene: SubmoduleScene;
let scope: SubmoduleScope;
beforeAll(async () => {
  scene = await startSubmoduleScene();
  scope = createScope(scene);
});
afterAll(() => scene[Symbol.asyncDispose]());

const everyone = ["acme/lib", "acme/parts/deep", "acme/vault.git", "other/math"];

describe.each(gitsOfDepth)("submodules, by $name", ({ git }) => {
  let roads: ReturnType<typeof openRoads>;
  beforeAll(() => {
    roads = openRoads(scene, git);
  });

  describe("when nobody asked for them", () => {
    it("are refused, each by its path", async () => {
      const source = roads.remote("acme/vault.git", scope.commit);
      const problems = problemsOf(hashSource(source, { repositories: roads.open() }));
      const { found, asked } = await roads.watch(problems);
      expect(found).toEqual(
        ["contracts/lib", "contracts/math", "outside/deep"].map((path) => `TREE_SUBMODULE ${path}`),
      );
      expect(asked).toEqual(["acme/vault.git"]);
      expect(catalogue.TREE_SUBMODULE[1]).toMatch(/--submodules.*submodules: true.*\.github\/countersign\.yml/);
    });
  });

  describe("the hash with them", () => {
    it.each(["", "contracts", "outside/"])("of %j is that of git's own clone", async (path) => {
      const clone = await scene.clone("acme/vault.git", scope);
      const expected = `0x${hashByCoreutils(join(clone, path))}`;
      const ways = [roads.remote("acme/vault.git", scope.commit, path), roads.local(clone, scope.commit, path)];
      for (const way of ways) expect(await roads.hash(way)).toMatchObject({ hash: expected });
    });

    it("counts each of the nested ones' files below its path", async () => {
      const { files } = await roads.hash(roads.remote("acme/vault.git", scope.commit, "contracts"));
      expect(files.map(({ path }) => path)).toEqual([
        "Vault.sol",
        "lib/.gitattributes",
        "lib/.gitmodules",
        "lib/Lib.sol",
        "lib/vendor/deep/Deep.sol",
        "lib/vendor/deep/é/x",
        "lib/vendor/math/Math.sol",
        "math/Math.sol",
        "math/test/run.sh",
      ]);
    });

    it("has them twice, where a repository is there at two commits", async () => {
      const { files } = await roads.hash(roads.remote("acme/vault.git", scope.commit, "contracts"));
      const [one, other] = files.filter(({ path }) => path.endsWith("math/Math.sol"));
      expect(one?.sha256).not.toBe(other?.sha256);
    });

    it.each(["contracts/lib", "contracts/lib/vendor"])(
      "is not that of %s, which another repository has",
      async (path) => {
        const code = path === "contracts/lib" ? "TREE_NOT_A_DIRECTORY" : "TREE_ABSENT";
        await expect(roads.hash(roads.remote("acme/vault.git", scope.commit, path))).rejects.toMatchObject({ code });
      },
    );
  });

  describe("a relative address", () => {
    it.each([
      ["", ".git", "../lib.git"],
      ["", "", "../lib.git"],
      ["", ".git", "../lib"],
      ["", ".git", "./../lib.git/"],
      ["", "", "../../acme/lib"],
      ["/", ".git", "../lib"],
      ["/", "", "../lib"],
    ])("below a parent with %j after %j, %s, leads where git goes", async (slash, suffix, url) => {
      const { name, repository } = scene.serveNew();
      const commit = commitWith(repository, { submodules: { only: { url, commit: scope.hidden } } });
      const address = `${name.replace(".git", "")}${suffix}${slash}`;
      const clone = await scene.clone(address, { commit });
      const expected = `0x${hashByCoreutils(clone)}`;
      rmSync(join(clone, ".git/modules"), { recursive: true });
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, commit)));
      expect(found.hash).toBe(expected);
      expect(asked).toEqual(["acme/lib", "acme/parts/deep", "other/math"]);
      if (slash === "") expect((await roads.hash(roads.remote(address, commit))).hash).toBe(expected);
    });

    it("below a parent that was cloned with a password is asked for without it", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const origin = `${scene.host.origin.replace("//", "//me:secret@")}/acme/vault.git`;
      await scene.git(["remote", "set-url", "origin", origin], clone);
      const { found, tokens } = await roads.watch(roads.hash(roads.local(clone, scope.commit, "outside")));
      expect(found.files).toHaveLength(2);
      expect(tokens).toEqual([undefined]);
    });

    it("below a parent that was cloned from this disk is refused", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      await scene.git(["remote", "set-url", "origin", scope.repositories.vault.path], clone);
      const problems = problemsOf(roads.hash(roads.local(clone, scope.commit, "outside")));
      expect(await problems).toEqual(["SUBMODULE_URL ./../parts/deep"]);
    });
  });

  describe("a clone on this disk", () => {
    it("is read where it has them, and nobody is asked", async () => {
      const clone = await scene.clone("acme/vault.git", scope);
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, scope.commit)));
      expect(found.hash).toBe(`0x${hashByCoreutils(clone)}`);
      expect(asked).toEqual([]);
    });

    it("is read where a linked work tree has them", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const linked = join(scene.createDirectory(), "linked");
      await scene.git(["worktree", "add", "-q", "--detach", linked, scope.commit], clone);
      await scene.git(["submodule", "--quiet", "update", "--init", "--recursive"], linked);
      const expected = `0x${hashByCoreutils(linked)}`;
      for (const place of [linked, clone]) {
        const { found, asked } = await roads.watch(roads.hash(roads.local(place, scope.commit)));
        expect(found.hash).toBe(expected);
        expect(asked).toEqual([]);
      }
    });

    it("is read where each keeps its repository in the work tree, as git did once", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const { hidden, deepest, old, now } = scope;
      for (const [name, path, commit] of [
        ["acme/lib.git", "contracts/lib", hidden],
        ["other/math", "contracts/math", now],
        ["acme/parts/deep.git", "outside/deep", deepest],
        ["other/math", "contracts/lib/vendor/math", old],
        ["acme/parts/deep.git", "contracts/lib/vendor/deep", deepest],
      ] as const) {
        const directory = join(clone, path);
        await scene.git(["init", "-q", directory], clone);
        await scene.git(["remote", "add", "origin", `${scene.host.origin}/${name}`], directory);
        await scene.git(["fetch", "-q", "origin", commit], directory);
        await scene.git(["checkout", "-q", commit], directory);
      }
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, scope.commit)));
      expect(found.hash).toBe(`0x${hashByCoreutils(clone)}`);
      expect(asked).toEqual([]);
    });

    it("asks the host for those that it lacks", async () => {
      const expected = `0x${hashByCoreutils(await scene.clone("acme/vault.git", scope))}`;
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, scope.commit)));
      expect(found.hash).toBe(expected);
      expect(asked).toEqual(everyone.filter((name) => name !== "acme/vault.git"));
    });

    it("asks the host for the nested ones that a clone in it lacks", async () => {
      const clone = await scene.clone("acme/vault.git", scope);
      const expected = `0x${hashByCoreutils(clone)}`;
      rmSync(join(clone, ".git/modules/contracts/lib/modules"), { recursive: true });
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, scope.commit)));
      expect(found.hash).toBe(expected);
      expect(asked).toEqual(["acme/parts/deep", "other/math"]);
    });

    it("asks the host for a commit that its clone lacks", async () => {
      const clone = await scene.clone("acme/vault.git", scope);
      const newer = commitWith(scope.repositories.deep, { files: { "Newer.sol": "// newer\n" } });
      await scene.git(["update-index", "--cacheinfo", `160000,${newer},outside/deep`], clone);
      await scene.git(["commit", "-q", "-m", "Newer"], clone);
      const commit = await scene.git(["rev-parse", "HEAD"], clone);
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, commit, "outside")));
      expect(found.files.map(({ path }) => path)).toContain("deep/Newer.sol");
      expect(asked).toEqual(["acme/parts/deep"]);
    });

    it("passes by what is no repository, or none of this format", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const modules = join(clone, ".git/modules/outside/deep");
      mkdirSync(join(modules, "objects"), { recursive: true });
      writeFileSync(join(modules, "config"), "[extensions]\n\tobjectformat = sha256\n");
      const { found, asked } = await roads.watch(roads.hash(roads.local(clone, scope.commit, "outside")));
      expect(found.files.map(({ path }) => path)).toContain("deep/Deep.sol");
      expect(asked).toEqual(["acme/parts/deep"]);
    });
  });

  describe("the token", () => {
    const token = "ghs_secret";
    const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;

    it("goes to the one host, for the parent as for all below it", async () => {
      const { asked, tokens } = await roads.watch(roads.hash(roads.remote("acme/vault.git", scope.commit), { token }));
      expect(asked).toEqual(everyone);
      expect(tokens).toEqual([basic]);
    });

    it("goes nowhere else", async () => {
      await using other = await startSubmoduleScene();
      const url = `${other.host.origin}/acme/lib.git`;
      const pinned = commitWith(other.serve("acme/lib.git"), { files: { a: "a\n" } });
      const { name, repository } = scene.serveNew();
      const commit = commitWith(repository, { submodules: { lib: { url, commit: pinned } } });
      expect(await problemsOf(roads.hash(roads.remote(name, commit), { token }))).toEqual([`SUBMODULE_URL ${url}`]);
      // It was given for another host than this one, which may be asked too.
      const settings = { token, origin: "https://github.com" };
      const { tokens } = await roads.watch(roads.hash(roads.remote("acme/vault.git", scope.commit), settings));
      expect(tokens).toEqual([undefined]);
      expect(other.host.requests).toEqual([]);
    });
  });
});
