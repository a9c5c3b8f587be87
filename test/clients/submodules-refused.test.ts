import { readdirSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

const declaration = '[submodule "a/lib"]\n\tpath = a/lib\n\turl = ../lib\n';

const urls: [string, string][] = [
  ["ext::", "ext::sh -c touch% pwned"],
  ["file:", "file:///etc"],
  ["a path", "/etc"],
  ["ssh:", "ssh://-oProxyCommand=touch/x"],
  ["scp's form", "git@github.com:acme/lib.git"],
  ["an option", "-u./x"],
  ["another host", "https://evil.example/acme/lib"],
  ["a name and password", "https://me:secret@github.com/acme/lib"],
  ["a way above the host", "../../../../x"],
];

describe.each(gitsOfDepth)("submodules that are refused, by $name", ({ git }) => {
  let roads: ReturnType<typeof openRoads>;
  beforeAll(() => {
    roads = openRoads(scene, git);
  });

  describe("what is refused before anything is asked for", () => {
    it.each(urls)("is %s, with all others of its kind", async (_, url) => {
      const { deepest, old } = scope;
      const directory = scene.createDirectory();
      const { repository } = scene.serveNew();
      const files = { "a/x": "x\n" };
      const pins = { "a/one": { url, commit: deepest }, "a/two": { url: "ext::sh", commit: old, name: "two" } };
      const commit = commitWith(repository, { files, submodules: pins });
      const toDirectory = () => join(directory, "cache");
      const { found, asked } = await roads.watch(
        problemsOf(roads.hash(roads.local(repository.path, commit, "a"), { toDirectory })),
      );
      const [first] = found;
      expect(found).toHaveLength(2);
      expect(first).toMatch(/^SUBMODULE_URL /);
      expect(found).toContain("SUBMODULE_URL ext::sh");
      expect(asked).toEqual([]);
      expect(readdirSync(directory)).toEqual([]);
    });

    it("is what .gitmodules does not declare, whatever the repository's configuration says", async () => {
      const { repository, commit } = prepare({ ".gitmodules": '[submodule "b"]\n\tpath = b\n\turl = ../lib\n' });
      repository.git(["config", "submodule.a/lib.url", "../lib"]);
      expect(await problemsOf(roads.hash(roads.local(repository.path, commit)))).toEqual([
        "SUBMODULE_UNDECLARED a/lib",
      ]);
    });

    it("is a .gitmodules that is not there or not to be understood", async () => {
      const none = prepare({ ".gitmodules": undefined });
      expect(await problemsOf(roads.hash(roads.local(none.repository.path, none.commit)))).toEqual([
        "SUBMODULE_UNDECLARED a/lib",
      ]);
      const odd = prepare({ ".gitmodules": "[include]\n\tpath = /etc/passwd\n" });
      expect(await problemsOf(roads.hash(roads.local(odd.repository.path, odd.commit)))).toEqual([
        "GITMODULES_INVALID ",
      ]);
    });

    it.each(["modules", declaration])("is a .gitmodules that is a link to %j", async (target) => {
      const { repository, commit: before } = prepare({ modules: declaration });
      const tree = repository.writeTree([
        { mode: "120000", name: ".gitmodules", oid: repository.writeBlob(target) },
        { mode: "40000", name: "a", oid: repository.git(["rev-parse", `${before}:a`]) },
        { mode: "100644", name: "modules", oid: repository.git(["rev-parse", `${before}:modules`]) },
      ]);
      const commit = repository.writeCommit(tree);
      const { found, asked } = await roads.watch(problemsOf(roads.hash(roads.local(repository.path, commit, "a"))));
      expect(found).toEqual(["GITMODULES_INVALID "]);
      expect(asked).toEqual([]);
      // The link itself is refused too where it is in the directory.
      expect(await problemsOf(roads.hash(roads.local(repository.path, commit)))).toEqual([
        "GITMODULES_INVALID ",
        "TREE_SYMLINK .gitmodules",
      ]);
    });

    /** A repository with a submodule at `a/lib`, and these files beside it. */
    function prepare(files: Readonly<Record<string, string | undefined>>) {
      const { repository } = scene.serveNew();
      const submodules = { "a/lib": { url: "../lib", commit: scope.deepest } };
      commitWith(repository, { files: { "a/x": "x\n" }, submodules });
      return { repository, commit: repository.commit(files) };
    }
  });

  describe("what cannot be had", () => {
    const absent = "1".repeat(40);

    it("is told with all else that is wrong, each by its path", async () => {
      const { name, repository } = scene.serveNew();
      const below = scene.serveNew();
      const inner = commitWith(below.repository, {
        files: { "back\\slash": "x\n" },
        submodules: { gone: { url: "../lib", commit: absent }, bad: { url: "file:///x", commit: absent } },
      });
      const commit = commitWith(repository, {
        files: { "wrong/a": "x\n", "wrong/A": "x\n" },
        submodules: {
          "wrong/lib": { url: `../../${below.name}`, commit: inner },
          "wrong/commit": { url: "../../other/math", commit: absent },
          "wrong/nowhere": { url: "../nowhere", commit: absent },
        },
      });
      const problems = await problemsOf(roads.hash(roads.remote(name, commit, "wrong")));
      expect(problems).toEqual([
        "SUBMODULE_UNAVAILABLE commit",
        "SUBMODULE_UNAVAILABLE lib/gone",
        "SUBMODULE_UNAVAILABLE nowhere",
        "SUBMODULE_URL file:///x",
        "TREE_NAME_BACKSLASH lib/back\\slash",
        "TREE_NAME_TWINS a",
      ]);
    });

    it("names the path and the address", async () => {
      const { name, repository } = scene.serveNew();
      const commit = commitWith(repository, { submodules: { "a/lib": { url: "../nowhere.git", commit: absent } } });
      const message = `expected the commit ${absent} of the submodule at ${scene.host.origin}/acme/nowhere, found that it cannot be had (in "lib")`;
      await expect(roads.hash(roads.remote(name, commit, "a"))).rejects.toThrow(message);
    });

    it.each([
      ["does not answer", (response: ServerResponse) => response.destroy()],
      ["has a fault", (response: ServerResponse) => response.writeHead(503).end()],
    ])("is not known where the host %s", async (_, answer) => {
      scene.host.fault = (request, response) => {
        if (!request.url?.includes("/math")) return false;
        answer(response);
        return true;
      };
      const failed = roads.hash(roads.remote("acme/vault.git", scope.commit)).finally(() => {
        scene.host.fault = undefined;
      });
      await expect(failed).rejects.toMatchObject({ code: "GIT_UNREACHABLE", kind: "fault" });
    });
  });

  describe("many of them", () => {
    it("are counted wherever they are, and end at the limit", async () => {
      const source = roads.remote("acme/vault.git", scope.commit);
      const limits = { submodules: 5 };
      expect((await roads.hash(source, { limits })).files).toHaveLength(13);
      const refused = roads.hash(source, { limits: { submodules: 4 } });
      await expect(refused).rejects.toMatchObject({ code: "TREE_TOO_MANY_SUBMODULES" });
    });

    it("end soon where a repository is its own submodule", async () => {
      const { name, repository } = scene.serveNew();
      let commit = commitWith(repository, { files: { a: "a\n" } });
      for (let count = 0; count < 40; count++)
        commit = commitWith(repository, { submodules: { s: { url: `../../${name}`, commit } } });
      const start = performance.now();
      const refused = roads.hash(roads.remote(name, commit));
      await expect(refused).rejects.toMatchObject({ code: "TREE_TOO_MANY_SUBMODULES" });
      expect(performance.now() - start).toBeLessThan(20_000);
    });

    it("count with the files, bytes and depth of the whole", async () => {
      const source = roads.remote("acme/vault.git", scope.commit, "contracts");
      const limited = async (limits: object) => (await problemsOf(roads.hash(source, { limits })))[0];
      expect((await roads.hash(source, { limits: { files: 9, depth: 5 } })).files).toHaveLength(9);
      expect(await limited({ files: 8 })).toMatch(/^TREE_TOO_MANY_FILES/);
      expect(await limited({ depth: 4 })).toBe("TREE_TOO_DEEP lib/vendor/deep/é/x");
      expect(await limited({ bytes: 100 })).toMatch(/^TREE_TOO_MANY_BYTES/);
    });
  });
});
