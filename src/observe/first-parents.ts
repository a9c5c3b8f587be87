import { findCommit } from "../clients/git/object-source.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";

/** How far back is looked, in commits. */
export const depths = [16, 128, 1024];

/** A commit and those that it stands upon. */
export interface Link {
  readonly oid: string;
  readonly parents: readonly string[];
}

/**
 * The commits that a branch has upon another commit, from its head down by first parents, by which merges into it can be
 * told from what was merged; undefined: that commit is none of them.
 */
export async function findChain(
  git: RemoteRepository,
  { head, tip }: { readonly head: string; readonly tip: string },
): Promise<readonly Link[] | undefined> {
  await git.ensureCommit(tip, 1);
  for (const depth of depths) {
    await git.ensureCommit(head, depth);
    const chain: Link[] = [];
    let oid: string | undefined = head;
    while (oid !== undefined && oid !== tip) {
      const commit = await findCommit(git, oid);
      if (commit === undefined) break;
      chain.push({ oid, parents: commit.parents });
      oid = commit.parents[0];
    }
    if (oid === tip) return chain;
    if (oid === undefined) return undefined;
  }
  return undefined;
}
