import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import { resolvePath } from "../clients/git/tree-path.ts";
import type { GithubClient } from "../clients/github.ts";
import type { GroupFacts, LandingDirectory, PolicyFacts } from "../facts.ts";
import type { PolicyContract } from "../policy.ts";
import { parseQueueBranch, queuePrefix } from "../protocol/queue-branch.ts";
import { type Hashing, observeHash } from "./directory.ts";
import { listedBranches, observeElsewhere } from "./elsewhere.ts";
import { findChain, type Link } from "./first-parents.ts";

interface Clients {
  readonly github: GithubClient;
  readonly git: RemoteRepository;
  readonly hashing?: Hashing | undefined;
}

/** What the merge queue would land, and the pull requests that it is made of. */
export interface MergeGroup {
  readonly head: string;
  readonly baseBranch: string;
  /** The newest commit of the base branch, where the group stands upon it. */
  readonly baseTip: string | undefined;
  /** In the order in which they would land. */
  readonly numbers: readonly number[];
}

/**
 * The merge group whose head is this commit, if there is one. GitHub gives each pull request in the queue a branch upon
 * those before it, and may land all of them at once: so all between the base branch's tip and the head are members.
 */
export async function observeGroup(commit: string, { github, git }: Clients): Promise<MergeGroup | undefined> {
  const entries = [...(await git.listBranches(queuePrefix))].flatMap(([name, head]) => {
    const entry = parseQueueBranch(name);
    return entry ? [{ ...entry, head }] : [];
  });
  const own = entries.find(({ head }) => head === commit);
  if (!own) return undefined;
  // Read after the queue: what lands in between is then part of the base.
  const tip = (await git.readBranches([own.base])).get(own.base);
  const chain = tip === undefined ? undefined : await findChain(git, { head: commit, tip });
  const group = { head: commit, baseBranch: own.base };
  if (chain === undefined) return { ...group, baseTip: undefined, numbers: [own.number] };
  const queued = entries.filter(({ base }) => base === own.base);
  const numbers = await Promise.all(
    chain.toReversed().map(async (one) => {
      const named = queued.filter(({ head }) => head === one.oid).map(({ number }) => number);
      return named.length > 0 ? named : findMerged(one, { github, base: own.base });
    }),
  );
  return { ...group, baseTip: tip, numbers: [...new Set(numbers.flat())] };
}

/** Where the queue has no branch for a merge, its second parent is the head of a pull request. */
async function findMerged(
  { parents }: Link,
  { github, base }: { readonly github: GithubClient; readonly base: string },
): Promise<readonly number[]> {
  const [, head] = parents;
  if (head === undefined) return [];
  const pulls = await github.listPullsOfCommit(head);
  return pulls.filter((one) => one.head.sha === head && one.base.ref === base).map(({ number }) => number);
}

/** Reads what would land in the registered directories that the group changes, and in those that are proposed. */
export async function observeLanding(
  { head, baseBranch, baseTip }: MergeGroup,
  scope: { readonly policy: PolicyFacts; readonly defaultBranch: string; readonly proposed: ReadonlySet<string> },
  clients: Clients,
): Promise<GroupFacts> {
  const { policy, defaultBranch, proposed } = scope;
  const isListed = policy.kind === "valid" && listedBranches({ defaultBranch }, policy.policy).includes(baseBranch);
  const contracts = isListed && baseTip !== undefined ? policy.policy.contracts : [];
  const isOfInterest = async ({ path }: PolicyContract) =>
    proposed.has(path) ||
    (await treeAt(clients.git, String(baseTip), path)) !== (await treeAt(clients.git, head, path));
  const directories: LandingDirectory[] = [];
  for (const contract of contracts)
    if (await isOfInterest(contract)) directories.push({ contract, hash: await observeHash(clients, head, contract) });
  const elsewhere =
    proposed.size > 0 ? [] : await observeElsewhere({ head, baseBranch, defaultBranch }, { policy, sources: clients });
  return { isCurrent: baseTip !== undefined, directories, elsewhere };
}

async function treeAt(git: RemoteRepository, commit: string, path: string): Promise<string | undefined> {
  return (await resolvePath(git, commit, path))?.oid;
}
