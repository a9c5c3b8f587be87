import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { type GitHost, startGitHost } from "./git-host.ts";
import { createRepository, type Repository } from "./repository.ts";

/** A submodule as `.gitmodules` declares it; its name is its path unless it says otherwise. */
export interface Pin {
  readonly url: string;
  readonly commit: string;
  readonly name?: string;
}

/** Repositories on a host, and clones of them that git itself made. */
export interface SubmoduleScene extends AsyncDisposable {
  readonly host: GitHost;
  /** A directory for whatever a test needs, gone at the end. */
  createDirectory(): string;
  /** A repository that the host serves as `/NAME` (a `.git` at its end is part of the name). */
  serve(name: string): Repository;
  /** One of a test's own, under a name that nothing else has. */
  serveNew(): { readonly name: string; readonly repository: Repository };
  /** Runs git with nothing of the user's configuration. The host can answer meanwhile. */
  git(args: readonly string[], directory: string): Promise<string>;
  /** `git clone --recurse-submodules`, with the commit checked out. */
  clone(name: string, options: { readonly commit: string; readonly more?: readonly string[] }): Promise<string>;
}

export async function startSubmoduleScene(): Promise<SubmoduleScene> {
  const root = mkdtempSync(join(tmpdir(), "countersign-scene-"));
  const served = join(root, "served");
  mkdirSync(served);
  const repositories: Repository[] = [];
  const host = await startGitHost(served);
  const createDirectory = () => mkdtempSync(join(root, "own-"));
  const git: SubmoduleScene["git"] = async (args, cwd) => (await execa("git", args, { cwd, ...gitOptions })).stdout;
  function serve(name: string): Repository {
    const repository = createRepository({ bare: true });
    repositories.push(repository);
    mkdirSync(dirname(join(served, name)), { recursive: true });
    symlinkSync(repository.path, join(served, name));
    return repository;
  }
  return {
    host,
    createDirectory,
    git,
    serve,
    serveNew() {
      const name = `acme/own-${repositories.length}.git`;
      return { name, repository: serve(name) };
    },
    async clone(name, { commit, more = ["--recurse-submodules"] }) {
      const directory = join(createDirectory(), "clone");
      await git(["clone", "-q", "--no-checkout", `${host.origin}/${name}`, directory], root);
      await git(["fetch", "-q", "origin", commit], directory);
      await git(["checkout", "-q", "--detach", commit], directory);
      if (more.length > 0) await git(["submodule", "--quiet", "update", "--init", "--recursive"], directory);
      return directory;
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      for (const repository of repositories) repository[Symbol.dispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Adds files and submodules (path → pin) to what is there, as `git submodule add` would. */
export function commitWith(
  repository: Repository,
  {
    files = {},
    submodules = {},
  }: { files?: Readonly<Record<string, string>>; submodules?: Readonly<Record<string, Pin>> },
): string {
  const pins = Object.entries(submodules);
  for (const [path, { commit }] of pins)
    repository.git(["update-index", "--add", "--cacheinfo", `160000,${commit},${path}`]);
  const declared = pins.map(
    ([path, { name = path, url }]) => `[submodule "${name}"]\n\tpath = ${path}\n\turl = ${url}\n`,
  );
  return repository.commit({ ...(pins.length > 0 && { ".gitmodules": declared.join("") }), ...files });
}

const gitOptions = {
  extendEnv: false,
  env: {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  },
} as const;
