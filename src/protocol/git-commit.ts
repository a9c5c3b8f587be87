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
  const { ids, end } = readIds(header);
  const [tree, ...parents] = ids;
  if (tree === undefined || !header.startsWith("author ", end))
    throw failure("TREE_MALFORMED", "expected a commit with a tree and parents");
  const [, time] = /^committer .*> (\d+) /m.exec(header.slice(end)) ?? [];
  return { tree, parents, time: Number(time ?? 0) };
}

/** Line by line: one expression over all of them overflows at some hundred thousand parents, which fit into 43 KB of a pack. */
function readIds(header: string): { readonly ids: readonly string[]; readonly end: number } {
  const line = /(tree|parent) ([0-9a-f]{40})\n/y;
  const ids: string[] = [];
  let end = 0;
  for (let found = line.exec(header); found?.[1] === (end === 0 ? "tree" : "parent"); found = line.exec(header)) {
    ids.push(found[2] ?? "");
    end = line.lastIndex;
  }
  return { ids, end };
}
