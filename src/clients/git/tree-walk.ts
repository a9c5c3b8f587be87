import { CountersignError } from "../../errors.ts";
import { type BytePath, fromBytePath, joinBytePath } from "../../protocol/byte-path.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { type TreeListing, toKindProblem } from "../../protocol/tree-listing.ts";
import { type ObjectSource, readTree } from "./object-source.ts";
import { type NodeEntry, type TreeNode, toNode } from "./tree-node.ts";

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
  readonly path: BytePath;
  /** Relative to the top of the holder. */
  readonly ownPath: BytePath;
  readonly oid: string;
  readonly holder: Holder;
}

export interface ListedFile extends Place {
  readonly mode: string;
}

/** The root tree that stands in a submodule's place. What it refuses is told among the other problems. */
export type OpenSubmodule = (at: Place) => Promise<Place>;

/** Trees that were read and verified before, by their ids. */
export type KnownTrees = Pick<Map<string, TreeNode>, "get" | "set">;

export interface TreeWalk {
  readonly listing: TreeListing<ListedFile>;
  /** Absent where submodules are refused. */
  readonly openSubmodule?: OpenSubmodule | undefined;
  /** For a preview, as what blobs hashed to. */
  readonly trees?: KnownTrees | undefined;
}

/**
 * Lists a directory level by level, so that a level's trees can be read together. Trees of one id are read once: one that
 * is named a million times costs no more than the limit of the listing. Answers whether all names are plain: then no path
 * made of them needs to be looked at again.
 *
 * @throws what the listing's limits throw; GIT_OBJECT_ABSENT
 */
export async function listTree(root: Place, walk: TreeWalk): Promise<{ readonly arePlain: boolean }> {
  const read = createNodeReader(walk.trees ?? new Map());
  let arePlain = true;
  for (let level = [root]; level.length > 0; ) {
    const readings = level.map((tree) => ({ tree, node: read(tree) }));
    // All are awaited, also when one ends the walk.
    await Promise.allSettled(readings.map(({ node }) => node).filter((node) => node instanceof Promise));
    level = [];
    for (const { tree, node } of readings) {
      const found = node instanceof Promise ? await orRefuse(node, { ...walk, path: tree.path }) : node;
      arePlain &&= found?.isPlain === true;
      for (const entry of found?.entries ?? []) {
        const below = listEntry(entry, { ...walk, tree });
        if (below) level.push(...[await below].filter((place) => place !== undefined));
      }
    }
  }
  return { arePlain };
}

/** Answers what stands below it. */
function listEntry(
  { kind, mode, name, oid }: NodeEntry,
  { tree, listing, openSubmodule }: TreeWalk & { readonly tree: Place },
): Place | Promise<Place | undefined> | undefined {
  const path = joinBytePath(tree.path, name);
  const at = { path, ownPath: joinBytePath(tree.ownPath, name), oid, holder: tree.holder };
  switch (kind) {
    case "file":
      listing.addFile(path, { ...at, mode });
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
  listing.refuse(toKindProblem(kind, path));
  return undefined;
}

function createNodeReader(trees: KnownTrees): (tree: Place) => TreeNode | Promise<TreeNode> {
  const reading = new Map<string, Promise<TreeNode>>();
  return ({ holder, oid }) => {
    const known = trees.get(oid) ?? reading.get(oid);
    if (known !== undefined) return known;
    const node = readTree(holder.source, oid).then((entries) => {
      const made = toNode(entries);
      trees.set(oid, made);
      return made;
    });
    reading.set(oid, node);
    return node;
  };
}

/** What is wrong at one place is one problem among others, so that all are told at once; a fault ends the walk. */
async function orRefuse<T>(
  found: Promise<T>,
  { listing, path }: { readonly listing: TreeListing<ListedFile>; readonly path: BytePath },
): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof CountersignError) || error.kind !== "refusal") throw error;
    for (const problem of error.problems) listing.refuse(atPlace(problem, path));
    return undefined;
  }
}

export function atPlace<P extends { readonly message: string }>(problem: P, path: BytePath): P {
  const place = toPrintablePath(fromBytePath(path));
  return place === "" ? problem : { ...problem, message: `${problem.message} (in "${place}")` };
}
