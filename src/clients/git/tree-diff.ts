import { type FileChanges, sortChanges } from "../../protocol/file-changes.ts";
import type { TreeEntry } from "../../protocol/git-tree.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { type ObjectSource, readTree } from "./object-source.ts";

/** One place in both trees: the id of what stands there, or nothing. */
interface Pair {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Far more than anybody reads: a tree can name a folder a million times. */
const most = 10_000;

/**
 * What changed from one tree to another, without reading a file: equal ids, equal content. A submodule counts as a file
 * that its commit is the content of. Where too much changed, `isCut` says so.
 *
 * @throws TREE_MALFORMED, TREE_OBJECT_MISMATCH, GIT_OBJECT_ABSENT
 */
export async function diffTrees(source: ObjectSource, trees: Omit<Pair, "path">): Promise<FileChanges> {
  const changes = { added: [] as string[], removed: [] as string[], changed: [] as string[] };
  const found = () => changes.added.length + changes.removed.length + changes.changed.length;
  let seen = 0;
  for (let level: Pair[] = [{ path: "", ...trees }]; level.length > 0; ) {
    const next: Pair[] = [];
    for (const pair of level) {
      for (const { path, before, after } of await readEntries(source, pair)) {
        if (isDirectory(before) || isDirectory(after))
          next.push({ path, before: toTree(before), after: toTree(after) });
        if (isFile(before) && isFile(after)) changes.changed.push(path);
        else if (isFile(before)) changes.removed.push(path);
        else if (isFile(after)) changes.added.push(path);
      }
      seen += 1;
      if (seen > most || found() > most) return { ...sortChanges(changes), isCut: true };
    }
    level = next;
  }
  return sortChanges(changes);
}

interface EntryPair {
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

async function readEntries(source: ObjectSource, { path, before, after }: Pair): Promise<EntryPair[]> {
  const read = async (oid: string | undefined) => (oid === undefined ? [] : readTree(source, oid));
  const [old, now] = await Promise.all([read(before), read(after)]);
  const pairs = new Map<string, Partial<Omit<EntryPair, "path">>>();
  for (const entry of old) pairs.set(toKey(entry), { before: entry });
  for (const entry of now) pairs.set(toKey(entry), { ...pairs.get(toKey(entry)), after: entry });
  return [...pairs.values()]
    .filter(({ before, after }) => before?.oid !== after?.oid || before?.kind !== after?.kind)
    .map(({ before, after }) => ({ path: joinPath(path, (before ?? after)?.name), before, after }));
}

/** The name's bytes: two names can print alike. */
function toKey({ name }: TreeEntry): string {
  return Buffer.from(name).toString("latin1");
}

function joinPath(directory: string, name: Uint8Array = new Uint8Array()): string {
  return directory === "" ? toPrintablePath(name) : `${directory}/${toPrintablePath(name)}`;
}

function isDirectory(entry: TreeEntry | undefined): boolean {
  return entry?.kind === "directory";
}

function isFile(entry: TreeEntry | undefined): boolean {
  return entry !== undefined && !isDirectory(entry);
}

function toTree(entry: TreeEntry | undefined): string | undefined {
  return isDirectory(entry) ? entry?.oid : undefined;
}
