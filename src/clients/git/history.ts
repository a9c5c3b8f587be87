import type { Commit } from "../../protocol/git-commit.ts";
import { findCommit, type ObjectSource } from "./object-source.ts";
import { type PathEntry, resolveBelow } from "./tree-path.ts";

/**
 * The commit; or that no commit ever had any of the paths; or the id of a commit that is needed and not here: fetch
 * deeper, or ask the host.
 */
export type LastChange = { readonly commit: string } | { readonly absent: true } | { readonly shallow: string };

interface Step {
  readonly oid: string;
  readonly commit: Commit;
  /** What the commit has at each path, in one comparable text. */
  readonly state: string;
}

/**
 * What `git rev-list -1 HEAD -- PATHS` prints (protocol §5), by git's default simplification: from each commit on to the
 * first parent that has all the paths as it has; the commit without such a parent is the answer. Dates, grafts and
 * refs/replace play no part.
 */
export async function findLastChange(
  source: ObjectSource,
  { head, paths }: { readonly head: string; readonly paths: readonly string[] },
): Promise<LastChange> {
  let step = await readStep(source, head, paths);
  while (step !== undefined) {
    const same = await findSameParent(source, step, paths);
    if (same === undefined) return isBirth(step) ? { absent: true } : { commit: step.oid };
    if ("shallow" in same) return same;
    step = same;
  }
  return { shallow: head };
}

async function findSameParent(
  source: ObjectSource,
  child: Step,
  paths: readonly string[],
): Promise<Step | { readonly shallow: string } | undefined> {
  for (const oid of child.commit.parents) {
    const parent = await readStep(source, oid, paths);
    // An absent parent may be the same one, and then it would come before those that follow.
    if (parent === undefined) return { shallow: oid };
    if (parent.state === child.state) return parent;
  }
  return undefined;
}

async function readStep(source: ObjectSource, oid: string, paths: readonly string[]): Promise<Step | undefined> {
  const commit = await findCommit(source, oid);
  if (commit === undefined) return undefined;
  const entries = await Promise.all(paths.map((path) => resolveBelow(source, commit.tree, path)));
  return { oid, commit, state: entries.map(toState).join() };
}

/** As git compares entries: old modes such as 100664 or 040000 count as those that it writes today. */
function toState(entry: PathEntry | undefined): string {
  if (entry === undefined) return "";
  const mode = Number.parseInt(entry.mode, 8);
  const isFile = (mode & 0o170000) === 0o100000;
  return `${isFile ? mode & 0o100100 : mode}:${entry.oid}`;
}

/** A first commit without any of the paths: git prints nothing. */
function isBirth({ commit, state }: Step): boolean {
  return commit.parents.length === 0 && /^,*$/.test(state);
}
