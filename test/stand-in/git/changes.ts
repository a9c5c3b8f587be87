import type { Bare } from "./bare.ts";

/** One changed file between two trees. */
export interface Change {
  readonly path: string;
  readonly previous: string | undefined;
  readonly status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
}

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const statuses = { A: "added", D: "removed", M: "modified", R: "renamed", C: "copied", T: "changed" } as const;

export async function readChanges(git: Bare, from: string | undefined, to: string): Promise<readonly Change[]> {
  const args = ["diff-tree", "-r", "-z", "-M", "--raw", "--numstat", from ?? emptyTree, to];
  const fields = (await git.ask(args)).split("\0");
  const counts = new Map<string, readonly [number, number]>();
  const changes: Omit<Change, "additions" | "deletions">[] = [];
  for (let field = fields.shift(); field; field = fields.shift()) {
    if (field.startsWith(":")) changes.push(toChange(field, fields));
    else readCounts(field, fields, counts);
  }
  return changes.map((change) => {
    const [additions, deletions] = counts.get(change.path) ?? [0, 0];
    return { ...change, additions, deletions };
  });
}

/** `:MODE MODE BLOB BLOB LETTER`, then the path, or for a rename the old path and the new one. */
function toChange(field: string, rest: string[]): Omit<Change, "additions" | "deletions"> {
  const [, , before = "", after = "", letter = ""] = field.split(" ");
  const status = statuses[letter[0] as keyof typeof statuses];
  const first = rest.shift() ?? "";
  const isMoved = status === "renamed" || status === "copied";
  const path = isMoved ? (rest.shift() ?? "") : first;
  return { path, previous: isMoved ? first : undefined, status, blob: status === "removed" ? before : after };
}

/** `ADDED TAB DELETED TAB PATH`; for a rename the path is empty and two fields follow. Binary files count as `-`. */
function readCounts(field: string, rest: string[], counts: Map<string, readonly [number, number]>): void {
  const [added, deleted, path] = field.split("\t");
  const name = path || [rest.shift(), rest.shift()][1];
  counts.set(name ?? "", [Number(added) || 0, Number(deleted) || 0]);
}
