import { failure } from "../errors.ts";

/** What history needs of a commit. `time` is the committer's, in seconds since 1970 (0 where it cannot be read). */
export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly time: number;
}

/** Whether the text names a git object in full: 40 lower-case hexadecimal digits. A branch of that name never counts. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** Reads a raw git commit object. @throws TREE_MALFORMED where its header does not name a tree and its parents. */
export function parseCommit(bytes: Uint8Array): Commit {
  const text = new TextDecoder("latin1").decode(bytes);
  const header = text.slice(0, Math.max(text.indexOf("\n\n"), 0) || text.length);
  const match = /^tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n)*)author /.exec(header);
  if (match?.[1] === undefined) throw failure("TREE_MALFORMED", "expected a commit with a tree and parents");
  const parents = (match[2] ?? "").split("\n").filter(Boolean);
  const [, time] = /^committer .*> (\d+) /m.exec(header) ?? [];
  return { tree: match[1], parents: parents.map((line) => line.slice("parent ".length)), time: Number(time ?? 0) };
}
