import { CountersignError } from "../../errors.ts";
import type { TreeEntry } from "../../protocol/git-tree.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { type TreeListing, toKindProblem } from "../../protocol/tree-listing.ts";
import { type ObjectSource, readTree } from "./object-source.ts";

/** The commit that a directory, or a submodule in it, belongs to. */
export interface Holder {
  readonly source: ObjectSource;
  readonly commit: string;
  /** Where it is fetched from, where that is known. */
  readonly url?: string | undefined;
  /** Where it is on this disk. */
  readonly gitDirectory?: string | undefined;
}

/** Something in the hashed directory: `path` is relative to that, empty for itself; `oid` is a tree's or a submodule's commit. */
export interface Place {
  readonly path: Uint8Array;
  /** Relative to the top of the holder. */
  readonly ownPath: Uint8Array;
  readonly oid: string;
  readonly holder: Holder;
}

export interface ListedFile extends Place {
  readonly mode: string;
}

/** The root tree that stands in a submodule's place. What it refuses is told among the other problems. */
export type OpenSubmodule = (at: Place) => Promise<Place>;

interface Listing {
  readonly listing: TreeListing<ListedFile>;
  /** Absent where submodules are refused. */
  readonly openSubmodule: OpenSubmodule | undefined;
}

/**
 * Lists a directory level by level, so that a level's trees can be read together. Trees of one id are read once: one that
 * is named a million times costs no more than the limit of the listing.
 *
 * @throws what the listing's limits throw; GIT_OBJECT_ABSENT
 */
export async function listTree(root: Place, { listing, openSubmodule }: Listing): Promise<void> {
  const read = createTreeReader();
  for (let level = [root]; level.length > 0; ) {
    const readings = level.map((tree) => ({ tree, entries: read(tree) }));
    // All are awaited, also when one ends the walk.
    await Promise.allSettled(readings.map(({ entries }) => entries));
    level = [];
    for (const { tree, entries } of readings) {
      for (const entry of (await orRefuse(entries, { listing, path: tree.path })) ?? []) {
        const below = await listEntry(entry, { tree, listing, openSubmodule });
        if (below) level.push(below);
      }
    }
  }
}

async function listEntry(
  entry: TreeEntry,
  { tree, listing, openSubmodule }: Listing & { readonly tree: Place },
): Promise<Place | undefined> {
  const path = joinPath(tree.path, entry.name);
  const at = { path, ownPath: joinPath(tree.ownPath, entry.name), oid: entry.oid, holder: tree.holder };
  switch (entry.kind) {
    case "file":
      listing.addFile(path, { ...at, mode: entry.mode });
      return undefined;
    case "directory":
      listing.addDirectory(path);
      return at;
    case "submodule":
      if (openSubmodule === undefined) break;
      listing.addSubmodule(path);
      return orRefuse(openSubmodule(at), { listing, path });
    default:
  }
  listing.refuse(toKindProblem(entry.kind, path));
  return undefined;
}

function joinPath(directory: Uint8Array, name: Uint8Array): Uint8Array {
  return directory.length === 0 ? name : Buffer.concat([directory, Buffer.from("/"), name]);
}

function createTreeReader(): (tree: Place) => Promise<TreeEntry[]> {
  const known = new Map<ObjectSource, Map<string, Promise<TreeEntry[]>>>();
  return ({ holder: { source }, oid }) => {
    const trees = known.get(source) ?? new Map<string, Promise<TreeEntry[]>>();
    known.set(source, trees);
    const entries = trees.get(oid) ?? readTree(source, oid);
    trees.set(oid, entries);
    return entries;
  };
}

/** What is wrong at one place is one problem among others, so that all are told at once; a fault ends the walk. */
async function orRefuse<T>(
  found: Promise<T>,
  { listing, path }: { readonly listing: TreeListing<ListedFile>; readonly path: Uint8Array },
): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof CountersignError) || error.kind !== "refusal") throw error;
    for (const problem of error.problems) listing.refuse(atPlace(problem, path));
    return undefined;
  }
}

export function atPlace<P extends { readonly message: string }>(problem: P, path: Uint8Array): P {
  const place = toPrintablePath(path);
  return place === "" ? problem : { ...problem, message: `${problem.message} (in "${place}")` };
}
