import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Octokit } from "@octokit/rest";
import { CountersignError, failure } from "../../errors.ts";
import { toSubmoduleUrl } from "../../protocol/submodule-url.ts";
import { withApi } from "./api-fallback.ts";
import { openApiObjects } from "./api-objects.ts";
import { type LocalRepository, openLocalRepository } from "./local-repository.ts";
import type { NativeGit } from "./native-git.ts";
import { findCommit } from "./object-source.ts";
import { type FetchLimits, openRemoteRepository, type RemoteRepository } from "./remote-repository.ts";
import type { OpenRepository, WantedSubmodule } from "./submodules.ts";
import type { Holder } from "./tree-walk.ts";

export interface RepositoriesSettings {
  /** Absent: isomorphic-git fetches, and we read. */
  readonly git: NativeGit | undefined;
  /** `https://github.com`, or what the operator named: the only host that a token is sent to. */
  readonly origin: string;
  /** As {@link openRemoteRepository} takes it. */
  readonly enterpriseOrigin?: string | undefined;
  readonly token?: string | undefined;
  /** The API of `origin`, for repositories that are too large without native git. */
  readonly api?: Pick<Octokit, "request"> | undefined;
  /** Where the repository of an address is kept. */
  readonly toDirectory: (url: string) => string;
  readonly limits?: Partial<FetchLimits>;
}

/** How repositories are reached from here: all with the same git, host, token and limits. */
export interface Repositories {
  openLocal(path: string): Promise<LocalRepository>;
  openRemote(url: string): RemoteRepository;
  readonly openSubmodule: OpenRepository;
}

export function createRepositories(settings: RepositoriesSettings): Repositories {
  const { git, origin, enterpriseOrigin, token, api, toDirectory, limits = {} } = settings;
  const origins = ["https://github.com", ...(enterpriseOrigin === undefined ? [] : [enterpriseOrigin])];

  function openRemote(url: string): RemoteRepository {
    const isOurs = URL.parse(url)?.origin === origin;
    const repository = openRemoteRepository({
      url,
      git,
      limits,
      directory: toDirectory(url),
      ...(enterpriseOrigin !== undefined && { enterpriseOrigin }),
      ...(token !== undefined && isOurs && { token }),
    });
    const [, owner, name] = new URL(url).pathname.split("/");
    if (git !== undefined || api === undefined || !isOurs || !owner || !name) return repository;
    return withApi(repository, openApiObjects(api, { owner, repository: name.replace(/\.git$/, "") }));
  }
  const openLocal = (path: string) => openLocalRepository(path, { git, limits });

  return {
    openLocal,
    openRemote,
    async openSubmodule(wanted, parent) {
      const local = await findCloned(wanted, { parent, openLocal });
      if (local !== undefined) return local;
      const url = toSubmoduleUrl(wanted.url, parent.url, { origins });
      const source = openRemote(url);
      await ensurePinned(source, wanted, url);
      return { source, url };
    },
  };
}

/** A clone of it on this disk. Any place will do that has the commit: its bytes are hashed. */
async function findCloned(
  wanted: WantedSubmodule,
  { parent, openLocal }: { readonly parent: Holder; readonly openLocal: Repositories["openLocal"] },
): Promise<Omit<Holder, "commit"> | undefined> {
  if (parent.gitDirectory === undefined) return undefined;
  for (const place of await listPlaces(parent.gitDirectory, wanted)) {
    const source = await openLocal(place).catch(orNone);
    if (source === undefined || (await findCommit(source, wanted.commit)) === undefined) continue;
    return { source, gitDirectory: source.gitDirectory, url: (await source.readOrigin()) ?? wanted.url };
  }
  return undefined;
}

/** Where git keeps it: in the repository, in that of a linked work tree, or (before git 1.7.8) in the work tree. */
async function listPlaces(gitDirectory: string, { name, path }: WantedSubmodule): Promise<string[]> {
  const linked = await readdir(join(gitDirectory, "worktrees")).catch(() => []);
  const owners = [gitDirectory, ...linked.map((tree) => join(gitDirectory, "worktrees", tree))];
  const modules = owners.map((owner) => join(owner, "modules", name));
  return basename(gitDirectory) === ".git" ? [...modules, join(dirname(gitDirectory), path, ".git")] : modules;
}

/** No repository, or one of another format, is no place to look into. */
function orNone(error: unknown): undefined {
  if (!(error instanceof CountersignError)) throw error;
}

/** @throws SUBMODULE_UNAVAILABLE where the host has no such repository or commit; what keeps it from being asked */
async function ensurePinned(source: RemoteRepository, { commit, place }: WantedSubmodule, url: string): Promise<void> {
  try {
    await source.ensureCommit(commit, 1);
  } catch (cause) {
    if (!(cause instanceof CountersignError) || cause.code !== "GIT_REFUSED") throw cause;
    const message = `expected the commit ${commit} of the submodule at ${url}, found that it cannot be had`;
    throw failure("SUBMODULE_UNAVAILABLE", message, { subject: place, cause });
  }
}
