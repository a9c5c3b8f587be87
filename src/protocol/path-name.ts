import type { ErrorCode, Problem } from "../errors.ts";
import { parsePath, toPrintablePath } from "./printable-path.ts";

/** What HFS+ leaves out when it compares names: the list in git's utf8.c, `next_hfs_char`. */
export const hfsIgnorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** What NTFS opens as `.git`: its short name, trailing dots and spaces, streams (git's path.c, `is_ntfs_dotgit`). */
const ntfsDotGit = /^(?:\.git|git~1)[. ]*(?:[:\\].*)?$/isu;

/** What a disk holds at most in one name (Linux, NAME_MAX): what cannot be checked out, nobody can check by hand. */
const maxNameBytes = 255;

interface Rule {
  readonly code: ErrorCode;
  readonly breaks: (path: string, names: readonly string[]) => boolean;
  readonly explain: (subject: string) => string;
}

const notUtf8: Omit<Rule, "breaks"> = {
  code: "TREE_NAME_NOT_UTF8",
  explain: (subject) => `expected UTF-8, found "${subject}"`,
};

const rules: readonly Rule[] = [
  {
    // Git's trees cannot hold these; a list of paths from elsewhere can.
    code: "TREE_MALFORMED",
    breaks: (_, names) => names.some((name) => name === "" || name === "." || name === ".."),
    explain: (subject) => `expected a path of plain names, found "${subject}"`,
  },
  {
    // A line break could forge a manifest line: two trees, one hash.
    code: "TREE_NAME_CONTROL",
    breaks: (path) => /\p{Cc}/u.test(path),
    explain: (subject) => `found a control character in "${subject}"`,
  },
  {
    // coreutils escapes a backslash, so that the line that anyone can run would differ from ours.
    code: "TREE_NAME_BACKSLASH",
    breaks: (path) => path.includes("\\"),
    explain: (subject) => `found a backslash in "${subject}"`,
  },
  {
    code: "TREE_NAME_GIT",
    breaks: (_, names) => names.some(isDotGit),
    explain: (subject) => `found a name that some disks read as .git: "${subject}"`,
  },
  {
    code: "TREE_PATH_TOO_LONG",
    breaks: (path, names) => path.length * 3 > maxNameBytes && names.some((name) => countBytes(name) > maxNameBytes),
    explain: (subject) => `expected names of ${maxNameBytes} bytes at most, found "${subject}"`,
  },
  {
    code: "TREE_NAME_DASH",
    breaks: (path) => path === "-",
    explain: () => 'found a file named "-" at the top of the directory',
  },
];

/**
 * Everything that protocol §2 refuses in the name of one file: not UTF-8, control character, backslash, a part that
 * some disk reads as `.git` or no disk holds, the name `-` at the top.
 */
export function findNameProblems(path: Uint8Array): Problem[] {
  const text = parsePath(path);
  const names = text?.split("/") ?? [];
  const broken = text === undefined ? [notUtf8] : rules.filter(({ breaks }) => breaks(text, names));
  if (broken.length === 0) return [];
  const subject = toPrintablePath(path);
  return broken.map(({ code, explain }) => ({ code, message: explain(subject), subject }));
}

/** Whether some file system takes this one part of a path for `.git`. */
export function isDotGit(part: string): boolean {
  return ntfsDotGit.test(part.replace(hfsIgnorable, ""));
}

function countBytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
