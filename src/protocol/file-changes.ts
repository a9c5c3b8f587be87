/** What changed between two directories, by path relative to them. */
export interface FileChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** There is more than these. */
  readonly isCut?: true;
}

/** A file is changed where its bytes are; its executable bit does not count (protocol §2). */
export function diffFiles(before: readonly ComparedFile[], after: readonly ComparedFile[]): FileChanges {
  const old = new Map(before.map(({ path, sha256 }) => [path, sha256]));
  const now = new Map(after.map(({ path, sha256 }) => [path, sha256]));
  const changed = (path: string) => old.has(path) && old.get(path) !== now.get(path);
  return sortChanges({
    added: [...now.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !now.has(path)),
    changed: [...now.keys()].filter(changed),
  });
}

interface ComparedFile {
  readonly path: string;
  readonly sha256: string;
}

export function sortChanges({ added, removed, changed }: FileChanges): FileChanges {
  return { added: added.toSorted(), removed: removed.toSorted(), changed: changed.toSorted() };
}

export function countChanges({ added, removed, changed }: FileChanges): number {
  return added.length + removed.length + changed.length;
}
