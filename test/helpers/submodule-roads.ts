import { join } from "node:path";
import type { NativeGit } from "../../src/clients/git/native-git.ts";
import {
  createRepositories,
  type Repositories,
  type RepositoriesSettings,
} from "../../src/clients/git/repositories.ts";
import { CountersignError } from "../../src/errors.ts";
import { type CommitSource, type HashContext, type Hashed, hashSource } from "../../src/flows/hash.ts";
import type { Repository } from "./repository.ts";
import { commitWith, type SubmoduleScene } from "./submodule-scene.ts";

/** A repository of each shape that submodules come in, and one that has them all. */
export interface SubmoduleScope {
  readonly commit: string;
  /** The pinned commit of `lib`, which no branch and no tag has. */
  readonly hidden: string;
  readonly deepest: string;
  readonly old: string;
  readonly now: string;
  readonly repositories: Readonly<Record<"vault" | "lib" | "math" | "deep", Repository>>;
}

export function createScope(scene: SubmoduleScene): SubmoduleScope {
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

/** The ways to a hash with submodules in a scene, whose host is the operator's own. */
export function openRoads(scene: SubmoduleScene, git: NativeGit | undefined) {
  const { origin } = scene.host;
  function open(settings: Partial<RepositoriesSettings> = {}): Repositories {
    const toDirectory = () => join(scene.createDirectory(), "cache");
    return createRepositories({ git, origin, enterpriseOrigin: origin, toDirectory, ...settings });
  }
  return {
    open,
    hash(
      source: CommitSource,
      { limits, ...settings }: Partial<RepositoriesSettings & HashContext> = {},
    ): Promise<Hashed> {
      return hashSource(source, { repositories: open(settings), submodules: "asked", ...(limits && { limits }) });
    },
    remote: (name: string, commit: string, path = ""): CommitSource => ({
      kind: "remote",
      url: `${origin}/${name}`,
      commit,
      path,
    }),
    local: (repository: string, commit: string, path = ""): CommitSource => ({
      kind: "local",
      repository,
      commit,
      path,
    }),
    /** What the host was asked for meanwhile: each repository once, and with which authorization. */
    async watch<T>(work: Promise<T>) {
      const from = scene.host.requests.length;
      const found = await work;
      const requests = scene.host.requests.slice(from);
      const names = requests.map(({ line }) => line.replace(/^\w+ \/(.+)\/(?:info\/refs.*|git-upload-pack)$/, "$1"));
      const tokens = requests.map(({ authorization }) => authorization);
      return { found, asked: [...new Set(names)].sort(), tokens: [...new Set(tokens)] };
    },
  };
}

/** Each problem as its code and subject. */
export async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof CountersignError)) throw new Error("expected a refusal, found none", { cause: error });
  return error.problems.map(({ code, subject }) => `${code} ${subject ?? ""}`).sort();
}
