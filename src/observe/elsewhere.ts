import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import type { GithubClient } from "../clients/github.ts";
import type { PolicyFacts, Pull } from "../facts.ts";
import type { Policy } from "../policy.ts";
import { observeMergeBases } from "./commits.ts";
import { isTouched, observeTrees } from "./directory.ts";

type Place = Pick<Pull, "head" | "baseBranch" | "defaultBranch">;

/**
 * The registered directories that a commit changes against other listed branches than its own base. A check belongs to a
 * commit, not to a pull request: a second pull request from the same head, against a branch where it changes nothing, must
 * not turn the check of the first one green (ADR 10).
 */
export async function observeElsewhere(
  { head, ...place }: Place,
  {
    policy,
    sources: { github, git },
  }: {
    readonly policy: PolicyFacts;
    readonly sources: { readonly github: GithubClient; readonly git: RemoteRepository };
  },
): Promise<readonly string[]> {
  if (policy.kind !== "valid") return [];
  const paths = policy.policy.contracts.map(({ path }) => path);
  const tips = await git.readBranches(listedBranches(place, policy.policy).filter((name) => name !== place.baseBranch));
  const found = new Set<string>();
  for (const base of tips.values()) {
    await git.ensureCommit(base, 1);
    const mergeBases = await observeMergeBases({ head, base }, { github, git });
    const trees = await observeTrees(git, { head, base, mergeBases }, paths);
    for (const [index, path] of paths.entries()) if (trees[index] && isTouched(trees[index])) found.add(path);
  }
  return [...found];
}

/** The branches that proposals go to. */
export function listedBranches(
  { defaultBranch }: Pick<Pull, "defaultBranch">,
  { branches = [defaultBranch] }: Policy,
): readonly string[] {
  return branches;
}
