import type { Commit } from "../../protocol/git-commit.ts";
import { findCommit, type ObjectSource } from "./object-source.ts";

/** All best common ancestors, sorted by id (none: unrelated histories), or a commit that is needed and not here. */
export type MergeBase = { readonly bases: readonly string[] } | { readonly shallow: string };

/** Which of the two a commit is an ancestor of; an ancestor of a common ancestor is never the best. */
const ofA = 1;
const ofB = 2;
const belowCommon = 4;
const common = ofA | ofB;

/**
 * What `git merge-base --all A B` prints. Exact also where clocks were wrong: dates only order the walk. Where the answer
 * hangs on a commit beyond the fetched depth, that commit is named instead.
 */
export async function findMergeBase(
  source: ObjectSource,
  { a, b }: { readonly a: string; readonly b: string },
): Promise<MergeBase> {
  const graph = openGraph(source);
  const marks = new Map<string, number>();
  const queue = new Set<string>();
  mark(a, ofA);
  mark(b, ofB);

  // What is left below common ancestors cannot be better than they are.
  for (let oid = await takeNewest(); oid !== undefined; oid = await takeNewest()) {
    const flags = marks.get(oid) ?? 0;
    const commit = await graph.read(oid);
    if (commit === undefined && (flags & common) !== common) return { shallow: oid };
    for (const parent of commit?.parents ?? []) mark(parent, (flags & common) === common ? flags | belowCommon : flags);
  }
  const candidates = [...marks].filter(([, flags]) => flags === common).map(([oid]) => oid);
  return removeAncestors(candidates, graph);

  function mark(oid: string, flags: number): void {
    const before = marks.get(oid) ?? 0;
    if ((before | flags) === before) return;
    marks.set(oid, before | flags);
    queue.add(oid);
  }
  async function takeNewest(): Promise<string | undefined> {
    if (![...queue].some((oid) => ((marks.get(oid) ?? 0) & belowCommon) === 0)) return undefined;
    const times = await Promise.all([...queue].map(async (oid) => ({ oid, time: (await graph.read(oid))?.time ?? 0 })));
    const newest = times.reduce((best, next) => (next.time > best.time ? next : best));
    queue.delete(newest.oid);
    return newest.oid;
  }
}

type Graph = ReturnType<typeof openGraph>;

function openGraph(source: ObjectSource) {
  const commits = new Map<string, Promise<Commit | undefined>>();
  return {
    read(oid: string): Promise<Commit | undefined> {
      const commit = commits.get(oid) ?? findCommit(source, oid);
      commits.set(oid, commit);
      return commit;
    },
  };
}

/** Wrong clocks can leave an ancestor among the candidates; only walking shows it. */
async function removeAncestors(candidates: readonly string[], graph: Graph): Promise<MergeBase> {
  const redundant = new Set<string>();
  for (const oid of candidates.length > 1 ? candidates : []) {
    const others = new Set(candidates.filter((other) => other !== oid));
    const missing = await removeReached(others, { oid, graph });
    if (missing !== undefined && others.size > 0) return { shallow: missing };
    for (const other of candidates) if (other !== oid && !others.has(other)) redundant.add(other);
  }
  return { bases: candidates.filter((oid) => !redundant.has(oid)).sort() };
}

/** Takes out of the set what can be reached from the commit; answers the first commit on the way that is not here. */
async function removeReached(
  others: Set<string>,
  from: { readonly oid: string; readonly graph: Graph },
): Promise<string | undefined> {
  const seen = new Set([from.oid]);
  let missing: string | undefined;
  for (const oid of seen) {
    others.delete(oid);
    if (others.size === 0) return undefined;
    const commit = await from.graph.read(oid);
    if (commit === undefined) missing ??= oid;
    for (const parent of commit?.parents ?? []) seen.add(parent);
  }
  return missing;
}
