import type { EntryKind } from "../../protocol/git-tree.ts";
import type { ListedPath, TreeListing } from "../../protocol/tree-listing.ts";

/** Bytes of an entry that are not its name: mode, blank, NUL and id. */
const besideName = 28;

/**
 * Every tree that is read is walked at least once, so what they hold together is the least that the walk will count: a
 * bomb of many large folders ends before they are all in memory.
 */
export interface EntryBudget {
  /** Of a tree, before its entries are known. @throws TREE_PATHS_TOO_LONG */
  takeBytes(count: number): void;
  /** Of the entries that the next tree may have. */
  most(): number;
  /** Ends the walk: a tree has more than `most` entries. @throws TREE_TOO_MANY_FILES */
  takeTooMany(): void;
  /** @throws TREE_TOO_MANY_FILES */
  take(entries: readonly { readonly kind: EntryKind }[]): void;
}

export function openBudget({ limits, assertCount, assertListBytes }: TreeListing<ListedPath>): EntryBudget {
  let bytes = 0;
  let files = 0;
  let folders = 0;
  let submodules = 0;
  return {
    takeBytes(count) {
      bytes += count;
      assertListBytes(bytes - besideName * 2 * limits.files);
    },
    takeTooMany: () => assertCount(Number.POSITIVE_INFINITY),
    most: () => Math.max(0, limits.files * 2 + 1 - files - folders - submodules),
    take(entries) {
      for (const { kind } of entries) {
        if (kind === "directory") folders += 1;
        else if (kind === "submodule") submodules += 1;
        else files += 1;
      }
      assertCount(Math.max(files, folders, submodules));
    },
  };
}
