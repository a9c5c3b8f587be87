import { CountersignError, type Problem } from "../errors.ts";
import { type BytePath, fromBytePath } from "./byte-path.ts";
import type { EntryKind } from "./git-tree.ts";
import { findPathProblems } from "./path-problems.ts";
import { toPrintablePath } from "./printable-path.ts";

/** What one directory may hold. `bytes` counts all files, `depth` the parts of a path, `pathBytes` its length in bytes. */
export interface TreeLimits {
  /** At most so many files, and at most so many directories. */
  readonly files: number;
  readonly bytes: number;
  readonly depth: number;
  readonly pathBytes: number;
  /** The length of all paths together, in bytes: that of the manifest, but for its hashes. */
  readonly listBytes: number;
  /** At most so many submodules, nested ones too. */
  readonly submodules: number;
}

export const defaultTreeLimits: TreeLimits = {
  files: 100_000,
  bytes: 2 * 1024 ** 3,
  depth: 64,
  pathBytes: 4096,
  listBytes: 16 * 1024 ** 2,
  submodules: 32,
};

/** As many as anybody reads. A small tree that is named a thousand times has a thousand times as many. */
export const mostProblems = 1000;

/** All of them, or the first and that there are more. */
export function toRefusal([first, ...rest]: readonly [Problem, ...Problem[]]): CountersignError {
  if (rest.length < mostProblems) return new CountersignError([first, ...rest]);
  return new CountersignError([tooMany, first, ...rest.slice(0, mostProblems - 1)]);
}

const tooMany: Problem = {
  code: "TREE_TOO_MANY_PROBLEMS",
  message: `expected ${mostProblems} problems at most, found more than these`,
};

/** A file, by its path relative to the directory. */
export interface ListedPath {
  readonly path: BytePath;
}

/** A directory's files as a walk finds them, and all that protocol §2 refuses in them; only a limit ends the walk at once. */
export interface TreeListing<File extends ListedPath> {
  readonly limits: TreeLimits;
  readonly files: readonly File[];
  readonly problems: readonly Problem[];
  addFile(file: File): void;
  addDirectory(path: BytePath): void;
  /** Before so many files or folders are walked, the last of them here. @throws TREE_TOO_MANY_FILES */
  assertCount(count: number, path: BytePath): void;
  /** Before names of so many bytes are walked, the last of them here. @throws TREE_PATHS_TOO_LONG */
  assertListBytes(count: number, path: BytePath): void;
  /** Counts a submodule, before it is fetched. @throws TREE_TOO_MANY_SUBMODULES */
  addSubmodule(path: BytePath): void;
  /** Before so many bytes are read, the last of them of this file. @throws TREE_TOO_MANY_BYTES */
  assertBytes(count: number, path: BytePath): void;
  /** Counts the content of a file. @throws TREE_TOO_MANY_BYTES */
  addBytes(count: number, path: BytePath): void;
  /** @throws TREE_TOO_MANY_PROBLEMS */
  refuse(problem: Problem): void;
}

export function startListing<File extends ListedPath>(limits: TreeLimits): TreeListing<File> {
  const files: File[] = [];
  const problems: Problem[] = [];
  let directories = 0;
  let submodules = 0;
  let bytes = 0;
  let listBytes = 0;

  /** With all that was found until then, since nobody judges the names later. */
  function stop(problem: Problem): never {
    const paths = files.map(({ path }) => fromBytePath(path));
    throw new CountersignError([problem, ...problems, ...findPathProblems(paths).slice(0, mostProblems)]);
  }
  function assertPath(path: BytePath): void {
    if (path.length > limits.pathBytes) {
      const message = `expected ${limits.pathBytes} bytes at most in a path (limit path-bytes), found ${path.length}`;
      stop({ code: "TREE_PATH_TOO_LONG", message, subject: toPrintable(path) });
    }
    if (isDeeper(path, limits.depth)) {
      const message = `expected ${limits.depth} levels at most (limit depth), found "${toPrintable(path)}"`;
      stop({ code: "TREE_TOO_DEEP", message, subject: toPrintable(path) });
    }
    listBytes += path.length;
    assertListBytes(listBytes, path);
  }
  function assertListBytes(count: number, path: BytePath): void {
    if (count <= limits.listBytes) return;
    const message = `expected ${limits.listBytes} bytes at most in all paths together (limit list-bytes), found more`;
    stop({ code: "TREE_PATHS_TOO_LONG", message, subject: toPrintable(path) });
  }
  function assertCount(count: number, path: BytePath): void {
    if (count <= limits.files) return;
    const message = `expected ${limits.files} files and as many directories at most (limit files), found more`;
    stop({ code: "TREE_TOO_MANY_FILES", message, subject: toPrintable(path) });
  }
  function assertBytes(count: number, path: BytePath): void {
    if (count <= limits.bytes) return;
    const message = `expected ${limits.bytes} bytes at most in all files (limit bytes), found more`;
    stop({ code: "TREE_TOO_MANY_BYTES", message, subject: toPrintable(path) });
  }

  return {
    limits,
    assertBytes,
    files,
    problems,
    addFile(file) {
      assertPath(file.path);
      assertCount(files.push(file), file.path);
    },
    assertCount,
    assertListBytes,
    addDirectory(path) {
      assertPath(path);
      directories += 1;
      assertCount(directories, path);
    },
    addSubmodule(path) {
      assertPath(path);
      submodules += 1;
      const subject = toPrintable(path);
      const message = `expected ${limits.submodules} submodules at most (limit submodules), found more at "${subject}"`;
      if (submodules > limits.submodules) stop({ code: "TREE_TOO_MANY_SUBMODULES", message, subject });
    },
    addBytes(count, path) {
      bytes += count;
      assertBytes(bytes, path);
    },
    refuse(problem) {
      if (problems.length === mostProblems) stop(tooMany);
      problems.push(problem);
    },
  };
}

function isDeeper(path: BytePath, depth: number): boolean {
  // Parts and the slashes between them are at least so many bytes.
  return path.length > depth * 2 && path.split("/").length > depth;
}

/** The directory itself is "." */
function toPrintable(path: BytePath): string {
  return toPrintablePath(fromBytePath(path)) || ".";
}

/** Why an entry that is neither file nor directory is refused; `special` is what only a disk can have. */
export function toKindProblem(kind: Exclude<EntryKind, "file" | "directory"> | "special", path: BytePath): Problem {
  const subject = toPrintable(path);
  const [code, found] = refused[kind];
  return { code, message: `expected a regular file, found ${found} at "${subject}"`, subject };
}

const refused = {
  symlink: ["TREE_SYMLINK", "a symbolic link"],
  submodule: ["TREE_SUBMODULE", "a submodule"],
  unknown: ["TREE_MALFORMED", "a mode that git does not write"],
  special: ["TREE_SPECIAL_FILE", "a device, pipe or socket"],
} as const;
