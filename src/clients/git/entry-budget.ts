import { type BytePath, joinBytePath, toBytePath } from "../../protocol/byte-path.ts";
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
  takeBytes(count: number, tree: BytePath): void;
  /** Of the entries that the next tree may have. */
  most(): number;
  /** Ends the walk: a tree has more than `most` entries. @throws TREE_TOO_MANY_FILES */
  takeTooMany(tree: BytePath): void;
  /** @throws TREE_TOO_MANY_FILES */
  take(entries: readonly BudgetEntry[], tree: BytePath): void;
}

interface BudgetEntry {
  readonly kind: EntryKind;
  readonly name: BytePath | Uint8Array;
}

export function openBudget({ limits, assertCount, assertListBytes }: TreeListing<ListedPath>): EntryBudget {
  let bytes = 0;
  let files = 0;
  let folders = 0;
  let submodules = 0;
  return {
    takeBytes(count, tree) {
      bytes += count;
      assertListBytes(bytes - besideName * 2 * limits.files, tree);
    },
    takeTooMany: (tree) => assertCount(Number.POSITIVE_INFINITY, tree),
    most: () => Math.max(0, limits.files * 2 + 1 - files - folders - submodules),
    take(entries, tree) {
      for (const { kind, name } of entries) {
        if (kind === "directory") folders += 1;
        else if (kind === "submodule") submodules += 1;
        else files += 1;
        const count = Math.max(files, folders, submodules);
        if (count > limits.files) assertCount(count, joinBytePath(tree, toName(name)));
      }
    },
  };
}

function toName(name: BytePath | Uint8Array): BytePath {
  return typeof name === "string" ? name : toBytePath(name);
}
