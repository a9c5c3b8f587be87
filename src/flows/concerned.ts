import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import type { GithubClient } from "../clients/github.ts";
import { observePolicy } from "../observe/policy.ts";

/** A commit, and the branch that it is the new tip of, if it is one. */
export interface Arrival {
  readonly commit: string;
  readonly moved?: { readonly branch: string; readonly defaultBranch: string };
}

interface Clients {
  readonly github: GithubClient;
  readonly git: RemoteRepository;
}

/**
 * The pull requests that a commit concerns: those that it belongs to, also by the merge that made it, and the open
 * proposals against the branch that it moved. Most pushes are to branches that nothing is proposed against; git tells
 * which, so that they cost no request.
 */
export async function findConcerned({ commit, moved }: Arrival, clients: Clients): Promise<readonly number[]> {
  const { github } = clients;
  if (moved && !(await isProposedAgainst(moved, clients))) return [];
  const isDefault = moved?.branch === moved?.defaultBranch;
  // The default branch has the configuration, which concerns the proposals against every branch.
  const open = moved ? github.listOpenPulls(isDefault ? undefined : moved.branch) : [];
  const pulls = await Promise.all([open, github.listPullsOfCommit(commit)]);
  return pulls.flat().map(({ number }) => number);
}

async function isProposedAgainst(
  { branch, defaultBranch }: NonNullable<Arrival["moved"]>,
  { git }: Clients,
): Promise<boolean> {
  if (branch === defaultBranch) return true;
  const tip = (await git.readBranches([defaultBranch])).get(defaultBranch);
  if (tip === undefined) return false;
  await git.ensureCommit(tip, 1);
  const policy = await observePolicy(git, tip);
  return policy.kind === "valid" && policy.policy.branches?.includes(branch) === true;
}
