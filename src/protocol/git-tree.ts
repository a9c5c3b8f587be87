import { CountersignError, failure, type Problem } from "../errors.ts";
import { toBytePath } from "./byte-path.ts";
import { toPrintablePath } from "./printable-path.ts";

export type EntryKind = "file" | "directory" | "symlink" | "submodule" | "unknown";

/** One entry of a raw git tree. `name` keeps its bytes; `mode` is the octal text as stored; `oid` is 40 hex digits. */
export interface TreeEntry {
  readonly mode: string;
  readonly kind: EntryKind;
  readonly name: Uint8Array;
  readonly oid: string;
}

/** Only the modes that git writes today: a padded or group-writable one is a tree made by hand or by a defect. */
const kinds: Readonly<Record<string, EntryKind>> = {
  "40000": "directory",
  "100644": "file",
  "100755": "file",
  "120000": "symlink",
  "160000": "submodule",
};
const slash = 0x2f;

/**
 * Reads a raw git tree object (`mode SP name NUL oid`, repeated).
 *
 * @throws TREE_MALFORMED with every reason: cut off, no mode, a name that is empty, `.`, `..` or holds a slash, two
 * entries of one name, entries out of git's order. An unknown mode is left to the reader, as `kind: "unknown"`, since it
 * matters only where the entry is used. TREE_TOO_MANY_FILES where there are more
 * than `most` entries
 */
export function parseTree(bytes: Uint8Array, most = Number.POSITIVE_INFINITY): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (entries.length >= most)
      throw failure("TREE_TOO_MANY_FILES", "expected fewer files and folders than the limit, found more");
    const nul = bytes.indexOf(0, at);
    const [mode] = /^[0-7]{5,7}(?= )/.exec(toBytePath(bytes.subarray(at, at + 8))) ?? [];
    if (mode === undefined || nul === -1 || nul + 21 > bytes.length)
      throw failure("TREE_MALFORMED", `expected "mode name NUL oid" at byte ${at} of a tree, found something else`);
    const name = bytes.subarray(at + mode.length + 1, nul);
    entries.push({ mode, kind: kinds[mode] ?? "unknown", name, oid: toHex(bytes.subarray(nul + 1, nul + 21)) });
    at = nul + 21;
  }
  const [first, ...rest] = findTreeProblems(entries);
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return entries;
}

function findTreeProblems(entries: readonly TreeEntry[]): Problem[] {
  const names = entries.map((entry) => toBytePath(entry.name));
  const keys = entries.map((entry, index) => names[index] + (isDirectoryMode(entry.mode) ? "/" : ""));
  const seen = new Set<string>();
  return entries.flatMap(({ name }, index) => {
    const text = names[index] ?? "";
    const faults: string[] = [];
    if (text === "" || text === "." || text === ".." || name.includes(slash)) faults.push("is no file name");
    if (seen.has(text)) faults.push("is there twice");
    if (index > 0 && (keys[index] ?? "") < (keys[index - 1] ?? "")) faults.push("is out of order");
    seen.add(text);
    if (faults.length === 0) return [];
    const subject = toPrintablePath(name);
    return faults.map((fault) => ({
      code: "TREE_MALFORMED" as const,
      message: `entry "${subject}" ${fault}`,
      subject,
    }));
  });
}

/** Also of an odd mode such as 040000, which old commits have. */
export function isDirectoryMode(mode: string): boolean {
  return (Number.parseInt(mode, 8) & 0o170000) === 0o040000;
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += digits[byte];
  return text;
}
