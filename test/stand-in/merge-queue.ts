import type { Context } from "./endpoint.ts";
import { unmetOf } from "./endpoints/merges.ts";
import { tipOf } from "./git/bare.ts";
import { mergeTrees, writeCommit } from "./git/merging.ts";
import { hub } from "./identity.ts";
import { emitPull, settleMerge } from "./pull-moves.ts";
import { moveReference } from "./pushes.ts";
import { toGitCommit } from "./shapes/commit.ts";
import type { Account, Pull, Repository } from "./state.ts";
import { inTurn } from "./turns.ts";
import { fullName } from "./world.ts";

/** Pull requests that wait together for the checks of the commit that would land. */
export interface MergeGroup {
  readonly ref: string;
  readonly sha: string;
  readonly base: string;
  /** Lands the group if its checks are green and the base did not move; otherwise takes it out of the queue. */
  settle(): Promise<"merged" | "invalidated">;
}

interface Entry {
  readonly pull: Pull;
  readonly sha: string;
}

interface Group {
  readonly repository: Repository;
  readonly sender: Account;
  readonly ref: string;
  readonly base: string;
  readonly entries: readonly Entry[];
}

/** What the button "merge when ready" does where a queue is set up; GitHub has it in GraphQL only. */
export function enqueue(context: Context, pulls: readonly Pull[], sender: Account): Promise<MergeGroup> {
  const repository = pulls[0]?.repository;
  if (repository === undefined) throw new Error("a merge group needs a pull request");
  return inTurn(repository, async () => {
    const group = await form(context, { repository, pulls, sender });
    const sha = headOf(group);
    for (const { pull } of group.entries) await emitPull(context, pull, { id: "pull-request/enqueued", sender });
    await moveReference(context, repository, { ref: group.ref, before: undefined, after: sha, sender });
    await emitGroup(context, group, { id: "merge-group/checks-requested" });
    return { ref: group.ref, sha, base: group.base, settle: () => inTurn(repository, () => settle(context, group)) };
  });
}

async function form(
  context: Context,
  { repository, pulls, sender }: { repository: Repository; pulls: readonly Pull[]; sender: Account },
): Promise<Group> {
  const branch = pulls[0]?.base.ref ?? repository.defaultBranch;
  const base = (await tipOf(repository.git, `refs/heads/${branch}`)) ?? "";
  const entries: Entry[] = [];
  for (const pull of pulls) {
    const onto = entries.at(-1)?.sha ?? base;
    entries.push({ pull, sha: await stack(context, pull, onto) });
  }
  const ref = `refs/heads/gh-readonly-queue/${branch}/pr-${pulls.at(-1)?.number}-${base}`;
  return { repository, sender, ref, base, entries };
}

async function stack({ world }: Context, pull: Pull, onto: string): Promise<string> {
  const { git } = pull.repository;
  const tree = await mergeTrees(git, onto, pull.head.sha);
  if (tree === undefined) throw new Error(`pull request ${pull.number} conflicts in the merge queue`);
  const message = `Merge pull request #${pull.number} from ${pull.head.owner.login}/${pull.head.ref}`;
  const author = hub(world);
  return writeCommit(git, tree, { parents: [onto, pull.head.sha], message, author, committer: author });
}

async function settle(context: Context, group: Group): Promise<"merged" | "invalidated"> {
  const { repository, ref, base, entries, sender } = group;
  const [branch, sha] = [branchOf(group), headOf(group)];
  const isUnmet = entries.some(({ pull }) => unmetOf(context.world, pull, { sha }) !== undefined);
  const isMoved = (await tipOf(repository.git, `refs/heads/${branch}`)) !== base;
  const outcome = isUnmet || isMoved ? "invalidated" : "merged";
  if (outcome === "merged") await land(context, group);
  const reason = outcome === "merged" ? "MERGE" : "CI_FAILURE";
  for (const { pull } of entries)
    await emitPull(context, pull, { id: "pull-request/dequeued", sender, payload: { reason } });
  await emitGroup(context, group, { id: "merge-group/destroyed", payload: { reason: outcome } });
  await moveReference(context, repository, { ref, before: sha, after: undefined, sender });
  return outcome;
}

async function land(context: Context, group: Group): Promise<void> {
  const { repository, base, entries, sender } = group;
  const ref = `refs/heads/${branchOf(group)}`;
  await repository.git.run(["update-ref", ref, headOf(group), base]);
  for (const { pull, sha } of entries) await settleMerge(context, pull, { sha, sender });
  await moveReference(context, repository, { ref, before: base, after: headOf(group), sender });
}

async function emitGroup(
  { events }: Context,
  group: Group,
  { id, payload }: { id: "merge-group/checks-requested" | "merge-group/destroyed"; payload?: object },
): Promise<void> {
  const { repository, sender, ref, base } = group;
  const merge_group = {
    head_sha: headOf(group),
    head_ref: ref,
    base_sha: base,
    base_ref: `refs/heads/${branchOf(group)}`,
    head_commit: await toGitCommit(repository, headOf(group)),
  };
  events.emit(id, { repository, sender, payload: { merge_group, ...payload } });
}

function headOf({ entries, base }: Group): string {
  return entries.at(-1)?.sha ?? base;
}

function branchOf({ ref, repository }: Group): string {
  return /^refs\/heads\/gh-readonly-queue\/(.+)\/pr-\d+-\w+$/.exec(ref)?.[1] ?? repository.defaultBranch;
}

/** `OWNER/NAME` and numbers as tests have them. */
export function pullsNamed(context: Context, name: string, numbers: readonly number[]): readonly Pull[] {
  const repository = [...context.world.repositories.values()].find((one) => fullName(one) === name);
  return numbers.flatMap((number) => repository?.pulls.get(number) ?? []);
}
