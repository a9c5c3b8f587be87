import { type BytePath, toBytePath } from "../../protocol/byte-path.ts";
import type { EntryKind, TreeEntry } from "../../protocol/git-tree.ts";
import { findPathProblems } from "../../protocol/path-problems.ts";
import { isAscii } from "../../protocol/tree-hash.ts";

/** One folder as git stores it, read, verified and judged once: wherever it stands, it is the same. */
export interface TreeNode {
  readonly entries: readonly NodeEntry[];
  /**
   * Files and folders only, and no name that is refused. What protocol §2 refuses in paths it refuses in single names, and
   * in the names of one folder together, so that paths of plain nodes have nothing that is refused but their length.
   */
  readonly isPlain: boolean;
}

export interface NodeEntry {
  readonly kind: EntryKind;
  readonly mode: string;
  readonly name: BytePath;
  /** Whether name and text are the same. */
  readonly isAscii: boolean;
  readonly oid: string;
}

export function toNode(entries: readonly TreeEntry[]): TreeNode {
  const isPlain =
    entries.every(({ kind }) => kind === "file" || kind === "directory") &&
    findPathProblems(entries.map(({ name }) => name)).length === 0;
  return {
    isPlain,
    entries: entries.map(({ kind, mode, name: bytes, oid }) => {
      const name = toBytePath(bytes);
      return { kind, mode, name, isAscii: isAscii(name), oid };
    }),
  };
}
