import { type HashedDirectory, type HashOptions, hashDirectory } from "../clients/git/directory-hash.ts";
import { findLastChange } from "../clients/git/history.ts";
import type { Remembered } from "../clients/git/remembered.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import type { OpenRepository } from "../clients/git/submodules.ts";
import { resolvePath } from "../clients/git/tree-path.ts";
import type { GithubClient } from "../clients/github.ts";
import { CountersignError, failure } from "../errors.ts";
import type { DirectoryTrees, Pull, SourceFacts } from "../facts.ts";
import type { PolicyContract } from "../policy.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { toLink } from "../protocol/link.ts";
import type { TreeLimits } from "../protocol/tree-listing.ts";
import { completeMergeBases, type PullCommits } from "./commits.ts";

interface Clients {
  readonly github: GithubClient;
  readonly git: RemoteRepository;
  readonly hashing?: Hashing | undefined;
}

/** How directories are hashed here. */
export interface Hashing {
  readonly limits?: Partial<TreeLimits>;
  /** Reaches submodules, for the directories whose configuration asks for them. */
  readonly openSubmodule: OpenRepository;
  /** For previews only (protocol §2). */
  readonly remembered?: Remembered | undefined;
}

/** A registered directory, as the configuration names it. */
type Registered = Pick<PolicyContract, "path" | "submodules">;

/** The directory's source with the files that a compiler would read, by path in the repository. */
export interface DirectoryReading {
  readonly source: SourceFacts;
  readonly solidity: ReadonlyMap<string, Uint8Array>;
}

/**
 * Whether directories are touched is decided by tree ids, never from a list of changed files (protocol §6). Where head and
 * base differ, all merge bases count: with one of several, a head could put old content back and look untouched.
 */
export async function observeTrees(
  git: RemoteRepository,
  { head, base, mergeBases }: Pick<PullCommits, "head" | "base" | "mergeBases">,
  paths: readonly string[],
): Promise<DirectoryTrees[]> {
  const at = async (commit: string, path: string) => (await resolvePath(git, commit, path))?.oid;
  const ends = await Promise.all(
    paths.map(async (path) => ({ path, head: await at(head, path), base: await at(base, path) })),
  );
  const isDecided = mergeBases.isComplete || ends.every((one) => one.head === one.base);
  const bases = isDecided ? mergeBases : await completeMergeBases({ head, base }, { git, known: mergeBases });
  return Promise.all(
    ends.map(async ({ path, ...end }) => {
      const [mergeBase, ...others] = await Promise.all(bases.commits.map((commit) => at(commit, path)));
      const isClear = bases.isComplete && others.every((one) => one === mergeBase);
      return { ...end, mergeBase, ...(end.head !== end.base && !isClear && { unclear: true as const }) };
    }),
  );
}

export function isTouched({ mergeBase, head, unclear }: DirectoryTrees): boolean {
  return unclear === true || mergeBase !== head;
}

/** Hashes the head's directory from its bytes, and pins the link to the last commit that changed it (protocol §5). */
export async function observeDirectory(
  pull: Pick<Pull, "origin" | "owner" | "repository" | "head">,
  contract: Registered & Pick<PolicyContract, "kind">,
  clients: Clients,
): Promise<DirectoryReading> {
  const { path, kind } = contract;
  const isWanted = (name: string) => kind !== "record" && name.endsWith(".sol");
  const hashed = await orRefused(() => hashRegistered(contract, { commit: pull.head, isWanted, ...clients }));
  if ("kind" in hashed) return { source: hashed, solidity: new Map() };
  const commit = await observeLastChange({ head: pull.head, path, treeOid: hashed.treeOid }, clients);
  const { origin, owner, repository } = pull;
  const link = toLink({ origin, owner, repository, commit, path });
  return {
    source: { kind: "hashed", hash: hashed.hash, link, files: hashed.files.length },
    solidity: new Map([...(hashed.contents ?? [])].map(([name, bytes]) => [toPath(path, name), bytes])),
  };
}

/**
 * The hash of a directory that only has to be compared, from its bytes; undefined where there is nothing that can be
 * hashed.
 */
export async function observeHash(
  { git, hashing }: Pick<Clients, "git" | "hashing">,
  commit: string,
  contract: Registered,
): Promise<Bytes32 | undefined> {
  const fromBytes = { ...hashing, remembered: undefined } as Hashing;
  const hashed = await orRefused(() => hashRegistered(contract, { commit, git, hashing: fromBytes }));
  return "kind" in hashed ? undefined : hashed.hash;
}

function hashRegistered(
  { path, submodules }: Registered,
  { git, hashing, ...options }: Pick<Clients, "git" | "hashing"> & Pick<HashOptions, "commit" | "isWanted">,
): Promise<HashedDirectory> {
  const { limits, remembered, openSubmodule } = hashing ?? {};
  return hashDirectory(git, {
    path,
    commit: options.commit,
    ...(options.isWanted && { isWanted: options.isWanted }),
    ...(limits && { limits }),
    ...(remembered && { remembered }),
    ...(submodules && openSubmodule && { submodules: { url: git.url, open: openSubmodule } }),
  });
}

async function orRefused(
  hash: () => Promise<HashedDirectory>,
): Promise<HashedDirectory | Extract<SourceFacts, { kind: "refused" }>> {
  try {
    return await hash();
  } catch (error) {
    if (error instanceof CountersignError && error.kind === "refusal")
      return { kind: "refused", problems: error.problems };
    throw error;
  }
}

async function observeLastChange(
  { head, path, treeOid }: { readonly head: string; readonly path: string; readonly treeOid: string },
  { github, git }: Clients,
): Promise<string> {
  const found = await findLastChange(git, { head, paths: [path] });
  const commit = "commit" in found ? found.commit : await github.readLastCommit(head, path);
  if (commit === undefined)
    throw failure("GITHUB_REFUSED", `GitHub knows no commit that changed ${JSON.stringify(path)}`);
  await git.ensureCommit(commit, 1);
  const there = await resolvePath(git, commit, path);
  if (there?.oid !== treeOid) {
    throw failure(
      "GITHUB_REFUSED",
      `expected the directory ${treeOid} at commit ${commit}, found ${there?.oid ?? "none"}`,
    );
  }
  return commit;
}

function toPath(directory: string, name: string): string {
  return directory === "" ? name : `${directory}/${name}`;
}
