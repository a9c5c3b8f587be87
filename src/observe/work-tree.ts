import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { ObjectSource } from "../clients/git/object-source.ts";
import type { Repositories } from "../clients/git/repositories.ts";
import { resolvePath } from "../clients/git/tree-path.ts";
import { type ListedFile, listTree } from "../clients/git/tree-walk.ts";
import { CountersignError } from "../errors.ts";
import { diffFiles, type FileChanges } from "../protocol/file-changes.ts";
import { defaultTreeLimits, startListing } from "../protocol/tree-listing.ts";

/** How the files on a disk differ from those that git has of the commit that is checked out. */
export interface WorkTreeFacts {
  readonly commit: string;
  /** `added`: git has them not; `removed`: they are not on the disk; `changed`: git has other bytes. */
  readonly changes: FileChanges;
}

/**
 * Compares a directory of a work tree with what git stores, by git's own ids (`oid`, the id that a blob of these bytes
 * has). Undefined where there is no repository around it, no commit yet, or one whose tree cannot be read.
 */
export async function observeWorkTree(
  directory: string,
  files: readonly { readonly path: string; readonly oid: string }[],
  repositories: Pick<Repositories, "openLocal">,
): Promise<WorkTreeFacts | undefined> {
  const here = await realpath(directory);
  const top = findTop(here);
  if (top === undefined) return undefined;
  try {
    const repository = await repositories.openLocal(top);
    const commit = await repository.readHead(top);
    if (commit === undefined) return undefined;
    const stored = await listStored(repository, commit, relative(top, here).split(sep).join("/"));
    return { commit, changes: diffFiles(stored, files.map(toCompared)) };
  } catch (error) {
    // It is only a warning that is looked for: the hash does not hang on it.
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

/** The nearest directory that has a `.git`. */
export function findTop(directory: string): string | undefined {
  if (existsSync(join(directory, ".git"))) return directory;
  return dirname(directory) === directory ? undefined : findTop(dirname(directory));
}

async function listStored(source: ObjectSource, commit: string, path: string) {
  const entry = await resolvePath(source, commit, path);
  if (entry?.kind !== "directory") return [];
  const listing = startListing<ListedFile>(defaultTreeLimits);
  const root = { path: new Uint8Array(), ownPath: new Uint8Array(), oid: entry.oid, holder: { source, commit } };
  await listTree(root, { listing, openSubmodule: undefined });
  return listing.files.map(({ path: bytes, oid }) => ({ path: Buffer.from(bytes).toString(), sha256: oid }));
}

function toCompared({ path, oid }: { readonly path: string; readonly oid: string }) {
  return { path, sha256: oid };
}
