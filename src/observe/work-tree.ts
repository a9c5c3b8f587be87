import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { LocalRepository } from "../clients/git/local-repository.ts";
import type { Repositories } from "../clients/git/repositories.ts";
import { createOpenSubmodule } from "../clients/git/submodules.ts";
import { resolvePath } from "../clients/git/tree-path.ts";
import { type ListedFile, listTree } from "../clients/git/tree-walk.ts";
import { CountersignError, type Problem } from "../errors.ts";
import { toBytePath } from "../protocol/byte-path.ts";
import { diffFiles, type FileChanges } from "../protocol/file-changes.ts";
import { toText } from "../protocol/tree-hash.ts";
import { defaultTreeLimits, startListing, type TreeLimits, type TreeListing } from "../protocol/tree-listing.ts";

/** How the files on a disk differ from those that git has of the commit that is checked out. */
export interface WorkTreeFacts {
  /** Undefined where none is checked out yet, or none can be read: `problems` tells why. */
  readonly commit: string | undefined;
  /** `added`: git has them not; `removed`: they are not on the disk; `changed`: git has other bytes. */
  readonly changes: FileChanges;
  /** What a hash of the commit's directory is refused for: a link that is a file on this disk, a submodule. */
  readonly problems: readonly Problem[];
}

/** As the directory was hashed. */
export interface WorkTreeContext {
  readonly repositories: Pick<Repositories, "openLocal" | "openSubmodule">;
  readonly limits?: Partial<TreeLimits>;
  readonly submodules?: "asked" | "refused";
}

/** A directory by its repository's top and its path there, with "/" between parts. */
export interface WorkTreePlace {
  readonly top: string;
  readonly path: string;
}

/**
 * Compares a directory of a work tree with what git stores, by git's own ids (`oid`, the id that a blob of these bytes
 * has). Undefined where there is no repository around it.
 */
export async function observeWorkTree(
  directory: string,
  files: readonly { readonly path: string; readonly oid: string }[],
  context: WorkTreeContext,
): Promise<WorkTreeFacts | undefined> {
  const place = await findPlace(directory);
  if (place === undefined) return undefined;
  try {
    const repository = await context.repositories.openLocal(place.top);
    const commit = await repository.readHead(place.top);
    const { files: stored, problems } =
      commit === undefined ? noFiles : await listStored(repository, { commit, path: place.path, context });
    return { commit, changes: diffFiles(stored.map(toStored), files.map(toCompared)), problems };
  } catch (error) {
    // It is only a warning that is looked for: the hash does not hang on it.
    if (error instanceof CountersignError)
      return { commit: undefined, changes: diffFiles([], []), problems: error.problems };
    throw error;
  }
}

const noFiles: Pick<TreeListing<ListedFile>, "files" | "problems"> = { files: [], problems: [] };

/** Where a directory lies in its work tree, also one that only other commits have. Undefined outside of any. */
export async function findPlace(directory: string): Promise<WorkTreePlace | undefined> {
  const here = await toReal(resolve(directory));
  const top = findTop(here);
  return top === undefined ? undefined : { top, path: relative(top, here).split(sep).join("/") };
}

/** The nearest directory that has a `.git`. */
export function findTop(directory: string): string | undefined {
  if (existsSync(join(directory, ".git"))) return directory;
  return dirname(directory) === directory ? undefined : findTop(dirname(directory));
}

/** Without links, as far as there is anything. */
async function toReal(path: string): Promise<string> {
  if (existsSync(path) || dirname(path) === path) return realpath(path);
  return join(await toReal(dirname(path)), basename(path));
}

async function listStored(
  source: LocalRepository,
  { commit, path, context }: { readonly commit: string; readonly path: string; readonly context: WorkTreeContext },
): Promise<TreeListing<ListedFile>> {
  const { repositories, limits, submodules } = context;
  const listing = startListing<ListedFile>({ ...defaultTreeLimits, ...limits });
  const entry = await resolvePath(source, commit, path);
  if (entry?.kind !== "directory") return listing;
  const openSubmodule = submodules === "asked" ? createOpenSubmodule(repositories.openSubmodule) : undefined;
  const holder = { source, commit, gitDirectory: source.gitDirectory, url: await source.readOrigin() };
  const root = { path: "", ownPath: toBytePath(Buffer.from(path)), isAscii: true, oid: entry.oid, holder };
  await listTree(root, { listing, openSubmodule });
  return listing;
}

function toStored({ path, oid }: ListedFile) {
  return { path: toText(path), sha256: oid };
}

function toCompared({ path, oid }: { readonly path: string; readonly oid: string }) {
  return { path, sha256: oid };
}
