import type { Problem } from "../errors.ts";
import { parsePath, toPrintablePath } from "./printable-path.ts";

/** What HFS+ leaves out when it compares names: the list in git's utf8.c, `next_hfs_char`. */
export const hfsIgnorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/** What NTFS opens as `.git`: its short name, trailing dots and spaces, streams (git's path.c, `is_ntfs_dotgit`). */
const ntfsDotGit = /^(?:\.git|git~1)[. ]*(?:[:\\].*)?$/isu;

/**
 * Everything that protocol §2 refuses in the name of one file: not UTF-8, control character, backslash, a part that
 * some disk reads as `.git`, the name `-` at the top.
 */
export function findNameProblems(path: Uint8Array): Problem[] {
  const subject = toPrintablePath(path);
  const text = parsePath(path);
  if (text === undefined)
    return [{ code: "TREE_NAME_NOT_UTF8", message: `expected UTF-8, found "${subject}"`, subject }];

  const problems: Problem[] = [];
  // Git's trees cannot hold these; a list of paths from elsewhere can.
  if (text.split("/").some((part) => part === "" || part === "." || part === ".."))
    problems.push({ code: "TREE_MALFORMED", message: `expected a path of plain names, found "${subject}"`, subject });
  // A line break could forge a manifest line: two trees, one hash.
  if (/\p{Cc}/u.test(text))
    problems.push({ code: "TREE_NAME_CONTROL", message: `found a control character in "${subject}"`, subject });
  // coreutils escapes a backslash, so that the line that anyone can run would differ from ours.
  if (text.includes("\\"))
    problems.push({ code: "TREE_NAME_BACKSLASH", message: `found a backslash in "${subject}"`, subject });
  if (text.split("/").some(isDotGit))
    problems.push({
      code: "TREE_NAME_GIT",
      message: `found a name that some disks read as .git: "${subject}"`,
      subject,
    });
  if (text === "-")
    problems.push({ code: "TREE_NAME_DASH", message: 'found a file named "-" at the top of the directory', subject });
  return problems;
}

/** Whether some file system takes this one part of a path for `.git`. */
export function isDotGit(part: string): boolean {
  return ntfsDotGit.test(part.replace(hfsIgnorable, ""));
}
