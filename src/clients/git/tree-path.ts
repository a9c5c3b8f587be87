import { isDirectoryMode, type TreeEntry } from "../../protocol/git-tree.ts";
import { type ObjectSource, readCommit, readTree } from "./object-source.ts";

/** What stands at a path: an entry of some tree, or the root tree of the commit itself. */
export type PathEntry = Pick<TreeEntry, "mode" | "kind" | "oid">;

/**
 * What the commit has at the path (text with "/" between parts; "" is the root), found by the raw bytes of each part.
 * Undefined where there is nothing. Links are not followed.
 */
export async function resolvePath(source: ObjectSource, commit: string, path: string): Promise<PathEntry | undefined> {
  const { tree } = await readCommit(source, commit);
  return resolveBelow(source, tree, path);
}

/** As {@link resolvePath}, from a tree that is known already. */
export async function resolveBelow(source: ObjectSource, tree: string, path: string): Promise<PathEntry | undefined> {
  let entry: PathEntry | undefined = { mode: "40000", kind: "directory", oid: tree };
  for (const part of toParts(path)) {
    if (entry === undefined || !isDirectoryMode(entry.mode)) return undefined;
    const entries: TreeEntry[] = await readTree(source, entry.oid);
    entry = entries.find((candidate) => Buffer.from(part).equals(candidate.name));
  }
  return entry;
}

/** A trailing slash is how people write a directory; anything else is taken literally. */
function toParts(path: string): string[] {
  const trimmed = path.replace(/\/$/, "");
  return trimmed === "" ? [] : trimmed.split("/");
}
