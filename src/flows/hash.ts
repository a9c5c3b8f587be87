import { type HashedDirectory, hashDirectory, type SubmoduleOptions } from "../clients/git/directory-hash.ts";
import type { ObjectSource } from "../clients/git/object-source.ts";
import type { Repositories } from "../clients/git/repositories.ts";
import { hashPlainDirectory } from "../clients/plain-directory.ts";
import { CountersignError, failure, type Problem } from "../errors.ts";
import { diffFiles, type FileChanges } from "../protocol/file-changes.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import type { TreeLimits } from "../protocol/tree-listing.ts";

/** What can be hashed: files on this disk, or a directory of a commit in a repository here or elsewhere. */
export type HashSource = { readonly kind: "directory"; readonly directory: string } | CommitSource;

export type CommitSource =
  | { readonly kind: "local"; readonly repository: string; readonly commit: string; readonly path: string }
  | { readonly kind: "remote"; readonly url: string; readonly commit: string; readonly path: string };

export interface Hashed {
  readonly hash: Bytes32;
  readonly files: readonly {
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
    /** What git calls the bytes. */
    readonly oid: string;
  }[];
  /** The lines that `hash` is the SHA-256 of. */
  readonly manifest: string;
}

export interface HashContext {
  readonly repositories: Repositories;
  readonly limits?: Partial<TreeLimits>;
  /** `asked`: submodules count as the files of their pinned commits; otherwise they are refused. */
  readonly submodules?: "asked" | "refused";
}

/** The tree hash of protocol §2. @throws every refusal at once; what git or the host refuses */
export async function hashSource(source: HashSource, context: HashContext): Promise<Hashed> {
  if (source.kind === "directory") return hashPlainDirectory(source.directory, context);
  const opened = await openSource(source, context);
  return hashOpened(opened, { ...source, context });
}

export interface Comparison {
  /** Undefined: the directory is not there at that commit. */
  readonly before: Bytes32 | undefined;
  readonly after: Bytes32 | undefined;
  readonly changes: FileChanges;
}

/** What changed in a directory from one commit to another. @throws as {@link hashSource} */
export async function compareCommits(
  { before, after }: { readonly before: CommitSource; readonly after: CommitSource },
  context: HashContext,
): Promise<Comparison> {
  const one = await orRefused(before, context);
  const two = await orRefused(after, context);
  if (one instanceof CountersignError || two instanceof CountersignError) throw joinRefusals([one, two]);
  return { before: one?.hash, after: two?.hash, changes: diffFiles(one?.files ?? [], two?.files ?? []) };
}

/** A repository, with the commit that is asked for in it. */
export interface OpenedSource {
  readonly source: ObjectSource;
  readonly place: Pick<SubmoduleOptions, "url" | "gitDirectory">;
}

/** @throws what opening or fetching it throws */
export async function openSource(source: CommitSource, { repositories }: HashContext): Promise<OpenedSource> {
  if (source.kind === "local") {
    const repository = await repositories.openLocal(source.repository);
    const { gitDirectory } = repository;
    return { source: repository, place: { gitDirectory, url: await repository.readOrigin() } };
  }
  const repository = repositories.openRemote(source.url);
  await repository.ensureCommit(source.commit, 1);
  return { source: repository, place: { url: source.url } };
}

export function hashOpened(
  { source, place }: OpenedSource,
  { commit, path, context }: { readonly commit: string; readonly path: string; readonly context: HashContext },
): Promise<HashedDirectory> {
  const { repositories, limits, submodules } = context;
  return hashDirectory(source, {
    commit,
    path,
    ...(limits && { limits }),
    ...(submodules === "asked" && { submodules: { ...place, open: repositories.openSubmodule } }),
  });
}

/** Undefined where the directory is not there. */
async function orRefused(source: CommitSource, context: HashContext): Promise<Hashed | CountersignError | undefined> {
  try {
    return await hashSource(source, context);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.kind !== "refusal") throw error;
    if (error.code === "TREE_ABSENT") return undefined;
    const at = (problem: Problem) => ({ ...problem, message: `${problem.message} (at ${source.commit.slice(0, 12)})` });
    const [first, ...rest] = error.problems;
    return new CountersignError([at(first), ...rest.map(at)], { cause: error });
  }
}

/** Both sides are told at once. */
function joinRefusals(sides: readonly unknown[]): CountersignError {
  const problems = sides.flatMap((side) => (side instanceof CountersignError ? side.problems : []));
  const [first, ...rest] = problems;
  if (first === undefined) throw failure("INTERNAL", "expected a refusal");
  return new CountersignError([first, ...rest]);
}
