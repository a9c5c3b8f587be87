import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRepositories, type RepositoriesSettings } from "../../src/clients/git/repositories.ts";
import { CountersignError, catalogue } from "../../src/errors.ts";
import { type CommitSource, type HashContext, hashSource } from "../../src/flows/hash.ts";
import { hashByCoreutils } from "../helpers/coreutils.ts";
import { gits } from "../helpers/gits.ts";
import type { Repository } from "../helpers/repository.ts";
import { commitWith, type SubmoduleScene, startSubmoduleScene } from "../helpers/submodule-scene.ts";

let scene: SubmoduleScene;
beforeAll(async () => {
  scene = await startSubmoduleScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** A repository of each shape that submodules come in, and one that has them all. */
interface Scope {
  readonly commit: string;
  /** The pinned commit of `lib`, which no branch and no tag has. */
  readonly hidden: string;
  readonly deepest: string;
  readonly old: string;
  readonly now: string;
  readonly repositories: Readonly<Record<"vault" | "lib" | "math" | "deep", Repository>>;
}

let scope: Scope;
beforeAll(() => {
  scope = createScope();
});

function createScope(): Scope {
  const [vault, lib, math, deep] = ["acme/vault.git", "acme/lib.git", "other/math", "acme/parts/deep.git"].map((name) =>
    scene.serve(name),
  ) as [Repository, Repository, Repository, Repository];
  const deepest = commitWith(deep, { files: { "Deep.sol": "contract Deep {}\n", "é/x": "x\n" } });
  const old = commitWith(math, { files: { "Math.sol": "library Math {}\n" } });
  const now = commitWith(math, { files: { "Math.sol": "library Math { }\n", "test/run.sh": "#!/bin/sh\n" } });
  const libTip = commitWith(lib, {
    files: { "Lib.sol": "library Lib {}\r\n", ".gitattributes": "Lib.sol -text\n" },
    submodules: {
      "vendor/math": { url: "../../other/math/", commit: old, name: "mathematics" },
      "vendor/deep": { url: "../parts/deep.git", commit: deepest },
    },
  });
  const hidden = lib.writeCommit(`${libTip}^{tree}`, { parents: [libTip], message: "Nobody's" });
  const commit = commitWith(vault, {
    files: { "README.md": "# Vault\n", "contracts/Vault.sol": "contract Vault {}\n" },
    submodules: {
      "contracts/lib": { url: "../lib.git", commit: hidden },
      "contracts/math": { url: `${scene.host.origin}/other/math`, commit: now, name: "some where/else" },
      "outside/deep": { url: "./../parts/deep", commit: deepest },
    },
  });
  return { commit, hidden, deepest, old, now, repositories: { vault, lib, math, deep } };
}

/** A repository of a test's own, with its name on the host. */
function serveNew(): { readonly name: string; readonly repository: Repository } {
  count += 1;
  const name = `acme/own-${count}.git`;
  return { name, repository: scene.serve(name) };
}
let count = 0;

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

describe.each(gits)("submodules, by $name", ({ git }) => {
  function open(settings: Partial<RepositoriesSettings> = {}) {
    const { origin } = scene.host;
    const toDirectory = () => join(scene.createDirectory(), "cache");
    return createRepositories({ git, origin, enterpriseOrigin: origin, toDirectory, ...settings });
  }
  function hash(source: CommitSource, { limits, ...settings }: Partial<RepositoriesSettings & HashContext> = {}) {
    return hashSource(source, { repositories: open(settings), submodules: "asked", ...(limits && { limits }) });
  }
  const remote = (name: string, commit: string, path = ""): CommitSource => ({
    kind: "remote",
    url: `${scene.host.origin}/${name}`,
    commit,
    path,
  });
  const local = (repository: string, commit: string, path = ""): CommitSource => ({
    kind: "local",
    repository,
    commit,
    path,
  });
  /** What the host was asked for meanwhile: each repository once, and with which authorization. */
  async function watch<T>(work: Promise<T>): Promise<{ found: T; asked: string[]; tokens: (string | undefined)[] }> {
    const from = scene.host.requests.length;
    const found = await work;
    const requests = scene.host.requests.slice(from);
    const names = requests.map(({ line }) => line.replace(/^\w+ \/(.+)\/(?:info\/refs.*|git-upload-pack)$/, "$1"));
    return {
      found,
      asked: [...new Set(names)].sort(),
      tokens: [...new Set(requests.map(({ authorization }) => authorization))],
    };
  }
  async function problemsOf(work: Promise<unknown>): Promise<string[]> {
    const error = await work.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CountersignError);
    return (error as CountersignError).problems.map(({ code, subject }) => `${code} ${subject ?? ""}`).sort();
  }
  const everyone = ["acme/lib", "acme/parts/deep", "acme/vault.git", "other/math"];

  describe("when nobody asked for them", () => {
    it("are refused, each by its path", async () => {
      const source = remote("acme/vault.git", scope.commit);
      const problems = problemsOf(hashSource(source, { repositories: open() }));
      const { found, asked } = await watch(problems);
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
      const roads = [remote("acme/vault.git", scope.commit, path), local(clone, scope.commit, path)];
      for (const road of roads) expect(await hash(road)).toMatchObject({ hash: expected });
    });

    it("counts each of the nested ones' files below its path", async () => {
      const { files } = await hash(remote("acme/vault.git", scope.commit, "contracts"));
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
      const { files } = await hash(remote("acme/vault.git", scope.commit, "contracts"));
      const [one, other] = files.filter(({ path }) => path.endsWith("math/Math.sol"));
      expect(one?.sha256).not.toBe(other?.sha256);
    });

    it.each(["contracts/lib", "contracts/lib/vendor"])(
      "is not that of %s, which another repository has",
      async (path) => {
        const code = path === "contracts/lib" ? "TREE_NOT_A_DIRECTORY" : "TREE_ABSENT";
        await expect(hash(remote("acme/vault.git", scope.commit, path))).rejects.toMatchObject({ code });
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
      const { name, repository } = serveNew();
      const commit = commitWith(repository, { submodules: { only: { url, commit: scope.hidden } } });
      const address = `${name.replace(".git", "")}${suffix}${slash}`;
      const clone = await scene.clone(address, { commit });
      const expected = `0x${hashByCoreutils(clone)}`;
      rmSync(join(clone, ".git/modules"), { recursive: true });
      const { found, asked } = await watch(hash(local(clone, commit)));
      expect(found.hash).toBe(expected);
      expect(asked).toEqual(["acme/lib", "acme/parts/deep", "other/math"]);
      if (slash === "") expect((await hash(remote(address, commit))).hash).toBe(expected);
    });

    it("below a parent that was cloned with a password is asked for without it", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const origin = `${scene.host.origin.replace("//", "//me:secret@")}/acme/vault.git`;
      await scene.git(["remote", "set-url", "origin", origin], clone);
      const { found, tokens } = await watch(hash(local(clone, scope.commit, "outside")));
      expect(found.files).toHaveLength(2);
      expect(tokens).toEqual([undefined]);
    });

    it("below a parent that was cloned from this disk is refused", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      await scene.git(["remote", "set-url", "origin", scope.repositories.vault.path], clone);
      const problems = problemsOf(hash(local(clone, scope.commit, "outside")));
      expect(await problems).toEqual(["SUBMODULE_URL ./../parts/deep"]);
    });
  });

  describe("a clone on this disk", () => {
    it("is read where it has them, and nobody is asked", async () => {
      const clone = await scene.clone("acme/vault.git", scope);
      const { found, asked } = await watch(hash(local(clone, scope.commit)));
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
        const { found, asked } = await watch(hash(local(place, scope.commit)));
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
      const { found, asked } = await watch(hash(local(clone, scope.commit)));
      expect(found.hash).toBe(`0x${hashByCoreutils(clone)}`);
      expect(asked).toEqual([]);
    });

    it("asks the host for those that it lacks", async () => {
      const expected = `0x${hashByCoreutils(await scene.clone("acme/vault.git", scope))}`;
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const { found, asked } = await watch(hash(local(clone, scope.commit)));
      expect(found.hash).toBe(expected);
      expect(asked).toEqual(everyone.filter((name) => name !== "acme/vault.git"));
    });

    it("asks the host for a commit that its clone lacks", async () => {
      const clone = await scene.clone("acme/vault.git", scope);
      const newer = commitWith(scope.repositories.deep, { files: { "Newer.sol": "// newer\n" } });
      await scene.git(["update-index", "--cacheinfo", `160000,${newer},outside/deep`], clone);
      await scene.git(["commit", "-q", "-m", "Newer"], clone);
      const commit = await scene.git(["rev-parse", "HEAD"], clone);
      const { found, asked } = await watch(hash(local(clone, commit, "outside")));
      expect(found.files.map(({ path }) => path)).toContain("deep/Newer.sol");
      expect(asked).toEqual(["acme/parts/deep"]);
    });

    it("passes by what is no repository, or none of this format", async () => {
      const clone = await scene.clone("acme/vault.git", { ...scope, more: [] });
      const modules = join(clone, ".git/modules/outside/deep");
      mkdirSync(join(modules, "objects"), { recursive: true });
      writeFileSync(join(modules, "config"), "[extensions]\n\tobjectformat = sha256\n");
      const { found, asked } = await watch(hash(local(clone, scope.commit, "outside")));
      expect(found.files.map(({ path }) => path)).toContain("deep/Deep.sol");
      expect(asked).toEqual(["acme/parts/deep"]);
    });
  });

  describe("the token", () => {
    const token = "ghs_secret";
    const basic = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;

    it("goes to the one host, for the parent as for all below it", async () => {
      const { asked, tokens } = await watch(hash(remote("acme/vault.git", scope.commit), { token }));
      expect(asked).toEqual(everyone);
      expect(tokens).toEqual([basic]);
    });

    it("goes nowhere else", async () => {
      await using other = await startSubmoduleScene();
      const url = `${other.host.origin}/acme/lib.git`;
      const pinned = commitWith(other.serve("acme/lib.git"), { files: { a: "a\n" } });
      const { name, repository } = serveNew();
      const commit = commitWith(repository, { submodules: { lib: { url, commit: pinned } } });
      expect(await problemsOf(hash(remote(name, commit), { token }))).toEqual([`SUBMODULE_URL ${url}`]);
      // It was given for another host than this one, which may be asked too.
      const settings = { token, origin: "https://github.com" };
      const { tokens } = await watch(hash(remote("acme/vault.git", scope.commit), settings));
      expect(tokens).toEqual([undefined]);
      expect(other.host.requests).toEqual([]);
    });
  });

  describe("what is refused before anything is asked for", () => {
    it.each(urls)("is %s, with all others of its kind", async (_, url) => {
      const { deepest, old } = scope;
      const directory = scene.createDirectory();
      const { repository } = serveNew();
      const files = { "a/x": "x\n" };
      const pins = { "a/one": { url, commit: deepest }, "a/two": { url: "ext::sh", commit: old, name: "two" } };
      const commit = commitWith(repository, { files, submodules: pins });
      const toDirectory = () => join(directory, "cache");
      const { found, asked } = await watch(problemsOf(hash(local(repository.path, commit, "a"), { toDirectory })));
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
      expect(await problemsOf(hash(local(repository.path, commit)))).toEqual(["SUBMODULE_UNDECLARED a/lib"]);
    });

    it("is a .gitmodules that is not there, not to be understood, or a link", async () => {
      const none = prepare({ ".gitmodules": undefined });
      expect(await problemsOf(hash(local(none.repository.path, none.commit)))).toEqual(["SUBMODULE_UNDECLARED a/lib"]);
      const odd = prepare({ ".gitmodules": "[include]\n\tpath = /etc/passwd\n" });
      expect(await problemsOf(hash(local(odd.repository.path, odd.commit)))).toEqual(["GITMODULES_INVALID "]);
      const { repository, commit: linked } = prepare({
        modules: '[submodule "a/lib"]\n\tpath = a/lib\n\turl = ../lib\n',
      });
      const tree = repository.writeTree([
        { mode: "120000", name: ".gitmodules", oid: repository.writeBlob("modules") },
        { mode: "40000", name: "a", oid: repository.git(["rev-parse", `${linked}:a`]) },
        { mode: "100644", name: "modules", oid: repository.git(["rev-parse", `${linked}:modules`]) },
      ]);
      const commit = repository.writeCommit(tree);
      // The link itself is refused too where it is in the directory.
      expect(await problemsOf(hash(local(repository.path, commit, "a")))).toEqual(["GITMODULES_INVALID "]);
      expect(await problemsOf(hash(local(repository.path, commit)))).toEqual([
        "GITMODULES_INVALID ",
        "TREE_SYMLINK .gitmodules",
      ]);
    });

    /** A repository with a submodule at `a/lib`, and these files beside it. */
    function prepare(files: Readonly<Record<string, string | undefined>>) {
      const { repository } = serveNew();
      const submodules = { "a/lib": { url: "../lib", commit: scope.deepest } };
      commitWith(repository, { files: { "a/x": "x\n" }, submodules });
      return { repository, commit: repository.commit(files) };
    }
  });

  describe("what cannot be had", () => {
    const absent = "1".repeat(40);

    it("is told with all else that is wrong, each by its path", async () => {
      const { name, repository } = serveNew();
      const below = serveNew();
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
      const problems = await problemsOf(hash(remote(name, commit, "wrong")));
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
      const { name, repository } = serveNew();
      const commit = commitWith(repository, { submodules: { "a/lib": { url: "../nowhere.git", commit: absent } } });
      const message = `expected the commit ${absent} of the submodule at ${scene.host.origin}/acme/nowhere, found that it cannot be had (in "lib")`;
      await expect(hash(remote(name, commit, "a"))).rejects.toThrow(message);
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
      const failed = hash(remote("acme/vault.git", scope.commit)).finally(() => {
        scene.host.fault = undefined;
      });
      await expect(failed).rejects.toMatchObject({ code: "GIT_UNREACHABLE", kind: "fault" });
    });
  });

  describe("many of them", () => {
    it("are counted wherever they are, and end at the limit", async () => {
      const source = remote("acme/vault.git", scope.commit);
      const limits = { submodules: 5 };
      expect((await hash(source, { limits })).files).toHaveLength(13);
      const refused = hash(source, { limits: { submodules: 4 } });
      await expect(refused).rejects.toMatchObject({ code: "TREE_TOO_MANY_SUBMODULES" });
    });

    it("end soon where a repository is its own submodule", async () => {
      const { name, repository } = serveNew();
      let commit = commitWith(repository, { files: { a: "a\n" } });
      for (let count = 0; count < 40; count++)
        commit = commitWith(repository, { submodules: { s: { url: `../../${name}`, commit } } });
      const start = performance.now();
      const refused = hash(remote(name, commit));
      await expect(refused).rejects.toMatchObject({ code: "TREE_TOO_MANY_SUBMODULES" });
      expect(performance.now() - start).toBeLessThan(20_000);
    });

    it("count with the files, bytes and depth of the whole", async () => {
      const source = remote("acme/vault.git", scope.commit, "contracts");
      const limited = async (limits: object) => (await problemsOf(hash(source, { limits })))[0];
      expect((await hash(source, { limits: { files: 9, depth: 5 } })).files).toHaveLength(9);
      expect(await limited({ files: 8 })).toMatch(/^TREE_TOO_MANY_FILES/);
      expect(await limited({ depth: 4 })).toBe("TREE_TOO_DEEP lib/vendor/deep/é/x");
      expect(await limited({ bytes: 100 })).toMatch(/^TREE_TOO_MANY_BYTES/);
    });
  });
});
