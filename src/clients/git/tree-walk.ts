import { CountersignError, failure } from "../../errors.ts";
import { type BytePath, fromBytePath, joinBytePath } from "../../protocol/byte-path.ts";
import { parseTree, type TreeEntry } from "../../protocol/git-tree.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { toText } from "../../protocol/tree-hash.ts";
import { type TreeListing, toKindProblem } from "../../protocol/tree-listing.ts";
import { type EntryBudget, openBudget } from "./entry-budget.ts";
import { type ObjectSource, readBytes } from "./object-source.ts";
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
  readonly isAscii: boolean;
  readonly oid: string;
  readonly holder: Holder;
}

export interface ListedFile extends Pick<Place, "path" | "oid" | "holder"> {
  readonly mode: string;
  /** The path as people read it. */
  readonly text: string;
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
 * Lists a directory: first its trees are read, a level at a time and each once, then they are walked in git's order, which
 * is that of the manifest. A tree that is named a million times costs no more than the limit of the listing. Answers
 * whether all names are plain: then no path made of them needs to be looked at again.
 *
 * @throws what the listing's limits throw; GIT_OBJECT_ABSENT
 */
export async function listTree(root: Place, walk: TreeWalk): Promise<{ readonly arePlain: boolean }> {
  const { listing, openSubmodule } = walk;
  const nodes = new Map<string, FoundNode>();
  const reading = { listing, nodes, trees: walk.trees, budget: openBudget(listing) };
  const roots = [root];
  let arePlain = true;
  for (const place of roots) {
    await readNodes(place, reading);
    const submodules: Place[] = [];
    arePlain = listNodes(place, { listing, nodes, submodules: openSubmodule && submodules }) && arePlain;
    for (const submodule of submodules) {
      const opened = openSubmodule && (await orProblems(openSubmodule(submodule)));
      if (opened instanceof CountersignError) refuseAll(opened, { listing, path: submodule.path });
      else if (opened) roots.push(opened);
    }
  }
  return { arePlain };
}

/** A tree, or what is wrong with it. */
type FoundNode = TreeNode | CountersignError;

/** Trees that are read at a time. */
const together = 8;

/** A tree, and the first path that leads to it. */
type TreeAt = Pick<Place, "oid" | "path">;

async function readNodes(
  top: Place,
  { listing, nodes, ...reading }: NodeReading & Pick<TreeWalk, "listing"> & { readonly nodes: Map<string, FoundNode> },
): Promise<void> {
  let level: readonly TreeAt[] = [top];
  const seen = new Set<string>();
  // What is deeper is refused before it is walked.
  for (let depth = 0; level.length > 0 && depth <= listing.limits.depth; depth++) {
    const unread = level.filter(({ oid }) => !nodes.has(oid) && seen.size !== seen.add(oid).size);
    for (let at = 0; at < unread.length; at += together) {
      const part = unread.slice(at, at + together);
      const found = await Promise.all(part.map(({ oid }) => findTree(oid, top.holder, reading.trees)));
      // One after the other: of trees that are too many together, no more than one is unpacked.
      for (const [index, tree] of part.entries()) nodes.set(tree.oid, toFoundNode(tree, found[index], reading));
    }
    level = unread.flatMap((tree) => listFolders(tree, nodes.get(tree.oid)));
  }
}

interface NodeReading {
  readonly trees: KnownTrees | undefined;
  readonly budget: EntryBudget;
}

/** The tree itself where it is known, its bytes where not. @throws GIT_TOO_LARGE, which is a limit of all together too */
async function findTree(
  oid: string,
  { source }: Holder,
  trees: KnownTrees | undefined,
): Promise<TreeNode | Uint8Array | CountersignError> {
  const known = trees?.get(oid);
  if (known !== undefined) return known;
  const bytes = await orProblems(readBytes(source, oid, "tree"));
  if (bytes instanceof CountersignError && bytes.code === "GIT_TOO_LARGE") throw bytes;
  return bytes;
}

function toFoundNode(
  { oid, path }: TreeAt,
  found: TreeNode | Uint8Array | CountersignError | undefined,
  { trees, budget }: NodeReading,
): FoundNode {
  if (found === undefined || found instanceof CountersignError) return found ?? failure("INTERNAL", `no tree ${oid}`);
  if (!(found instanceof Uint8Array)) {
    budget.take(found.entries, path);
    return found;
  }
  budget.takeBytes(found.length, path);
  const entries = readEntries(found, { budget, path });
  if (entries instanceof CountersignError) return entries;
  // Before the names are judged, which takes more than to read them.
  budget.take(entries, path);
  const node = toNode(entries);
  trees?.set(oid, node);
  return node;
}

/** Too many entries end the walk; what else is wrong with a tree is one problem among others. */
function readEntries(
  bytes: Uint8Array,
  { budget, path }: Pick<NodeReading, "budget"> & Pick<TreeAt, "path">,
): readonly TreeEntry[] | CountersignError {
  try {
    return parseTree(bytes, budget.most());
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    if (error.code === "TREE_TOO_MANY_FILES") budget.takeTooMany(path);
    return error;
  }
}

function listFolders({ path }: TreeAt, node: FoundNode | undefined): TreeAt[] {
  if (node === undefined || node instanceof CountersignError) return [];
  return node.entries.flatMap(({ kind, oid, name }) =>
    kind === "directory" ? [{ oid, path: joinBytePath(path, name) }] : [],
  );
}

interface NodeWalk {
  readonly listing: TreeListing<ListedFile>;
  readonly nodes: ReadonlyMap<string, FoundNode>;
  /** Collects them; absent where they are refused. */
  readonly submodules: Place[] | undefined;
}

/** Answers whether all names are plain. */
function listNodes(place: Place, walk: NodeWalk): boolean {
  const { listing, nodes, submodules } = walk;
  const { path, holder } = place;
  const node = nodes.get(place.oid);
  if (node === undefined || node instanceof CountersignError) {
    if (node) refuseAll(node, { listing, path });
    return false;
  }
  let arePlain = node.isPlain;
  for (const entry of node.entries) {
    const { kind, mode, name, oid } = entry;
    const below = joinBytePath(path, name);
    if (kind === "file") {
      const text = place.isAscii && entry.isAscii ? below : toText(below);
      listing.addFile({ path: below, text, oid, mode, holder });
    } else if (kind === "submodule" && submodules) {
      listing.addSubmodule(below);
      submodules.push(toBelow(place, entry));
    } else if (kind !== "directory") listing.refuse(toKindProblem(kind, below));
    else {
      listing.addDirectory(below);
      arePlain = listNodes(toBelow(place, entry), walk) && arePlain;
    }
  }
  return arePlain;
}

function toBelow({ path, ownPath, isAscii, holder }: Place, entry: NodeEntry): Place {
  const { name, oid } = entry;
  const paths = { path: joinBytePath(path, name), ownPath: joinBytePath(ownPath, name) };
  return { ...paths, isAscii: isAscii && entry.isAscii, oid, holder };
}

/** What is wrong at one place is one problem among others, so that all are told at once; a fault ends the walk. */
async function orProblems<T>(found: Promise<T>): Promise<T | CountersignError> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof CountersignError && error.kind === "refusal") return error;
    throw error;
  }
}

function refuseAll(
  { problems }: CountersignError,
  { listing, path }: { readonly listing: TreeListing<ListedFile>; readonly path: BytePath },
): void {
  for (const problem of problems) listing.refuse(atPlace(problem, path));
}

export function atPlace<P extends { readonly message: string }>(problem: P, path: BytePath): P {
  const place = toPrintablePath(fromBytePath(path));
  return place === "" ? problem : { ...problem, message: `${problem.message} (in "${place}")` };
}
