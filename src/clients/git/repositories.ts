import { access } from "node:fs/promises";
import { join } from "node:path";
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
  /** Absent: isomorphic-git does it all. */
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

/** Where `git clone --recurse-submodules` keeps it. Any place will do that has the commit: its bytes are hashed. */
async function findCloned(
  { name, commit, url }: WantedSubmodule,
  { parent, openLocal }: { readonly parent: Holder; readonly openLocal: Repositories["openLocal"] },
): Promise<Omit<Holder, "commit"> | undefined> {
  if (parent.gitDirectory === undefined) return undefined;
  const gitDirectory = join(parent.gitDirectory, "modules", name);
  const isThere = await access(join(gitDirectory, "objects")).then(...isFound);
  if (!isThere) return undefined;
  const source = await openLocal(gitDirectory);
  if ((await findCommit(source, commit)) === undefined) return undefined;
  return { source, gitDirectory, url: await source.readOrigin().then((origin) => origin ?? url) };
}

const isFound = [() => true, () => false] as const;

/** @throws SUBMODULE_UNAVAILABLE where the host has no such repository or commit; what keeps it from being asked */
async function ensurePinned(source: RemoteRepository, { commit, path }: WantedSubmodule, url: string): Promise<void> {
  try {
    await source.ensureCommit(commit, 1);
  } catch (cause) {
    if (!(cause instanceof CountersignError) || cause.code !== "GIT_REFUSED") throw cause;
    const message = `expected the commit ${commit} of the submodule at ${url}, found that it cannot be had`;
    throw failure("SUBMODULE_UNAVAILABLE", message, { subject: path, cause });
  }
}
