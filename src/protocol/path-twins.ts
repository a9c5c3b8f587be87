import type { Problem } from "../errors.ts";
import { hfsIgnorable } from "./path-name.ts";
import { toPrintablePath } from "./printable-path.ts";

interface Taken {
  readonly path: string;
  readonly kind: "file" | "directory";
}

/**
 * Paths that are one on a disk that ignores case or normalises Unicode (protocol §2), directories too: `A/x` and `a/y`
 * share a folder there. A path that is listed twice, or is file and directory at once, is a malformed tree.
 */
export function findTwins(paths: readonly string[]): Problem[] {
  const taken = new Map<string, Taken>();
  const folders = new Set<string>();
  return paths.flatMap((path) =>
    [...takeFolders(path, folders), path].flatMap((prefix) => {
      const kind = prefix === path ? "file" : "directory";
      // The parent as written: twins below folders that are twins themselves are not told again.
      const parent = prefix.slice(0, prefix.lastIndexOf("/") + 1);
      const key = parent + foldName(prefix.slice(parent.length));
      const other = taken.get(key);
      if (other === undefined) taken.set(key, { path: prefix, kind });
      return other === undefined ? [] : judge(other, { path: prefix, kind });
    }),
  );
}

function judge(one: Taken, two: Taken): Problem[] {
  const [first, second] = [toPrintablePath(one.path), toPrintablePath(two.path)];
  if (one.path !== two.path)
    return [{ code: "TREE_NAME_TWINS", message: `"${first}" and "${second}" are one on some disks`, subject: second }];
  if (one.kind === "directory" && two.kind === "directory") return [];
  return [{ code: "TREE_MALFORMED", message: `expected each path once, found "${second}" twice`, subject: second }];
}

/** The folders above the path that were not met before, from the top. */
function takeFolders(path: string, met: Set<string>): string[] {
  const folders: string[] = [];
  for (let end = path.lastIndexOf("/"); end !== -1; end = path.lastIndexOf("/", end - 1)) {
    const folder = path.slice(0, end);
    if (met.has(folder)) break;
    met.add(folder);
    folders.unshift(folder);
  }
  return folders;
}

/**
 * At least what APFS, HFS+ and NTFS fold together: canonical decomposition, full case folding (lower, then upper, so that
 * ẞ, ß and SS meet, as do K and the Kelvin sign), and no ignorable characters. It may fold a little more than a given disk.
 */
function foldName(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name.toUpperCase();
  return name.replace(hfsIgnorable, "").normalize("NFD").toLowerCase().toUpperCase().normalize("NFD");
}
