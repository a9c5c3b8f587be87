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

/** A pull request in the queue: what would land of it and of those before it, and the checks that this waits for. */
export interface MergeGroup {
  readonly number: number;
  readonly ref: string;
  readonly sha: string;
  /** The head of the one before it, or the tip of the branch. */
  readonly base: string;
  /** Lands it if its checks are green and it stands upon the branch's tip; otherwise takes it out of the queue. */
  settle(): Promise<"merged" | "invalidated">;
}

/** How a queue lands its pull requests. */
export type QueueMethod = "merge" | "squash";

interface Group {
  readonly repository: Repository;
  readonly sender: Account;
  readonly pull: Pull;
  readonly ref: string;
  readonly sha: string;
  readonly base: string;
}

/**
 * What the button "merge when ready" does where a queue is set up; GitHub has it in GraphQL only. Each pull request gets
 * a branch upon the one before it, and an event of its own.
 */
export function enqueue(
  context: Context,
  pulls: readonly Pull[],
  { sender, method }: { readonly sender: Account; readonly method: QueueMethod },
): Promise<readonly MergeGroup[]> {
  const [first] = pulls;
  if (first === undefined) throw new Error("a merge queue needs a pull request");
  const { repository } = first;
  return inTurn(repository, async () => {
    const groups: MergeGroup[] = [];
    let base = (await tipOf(repository.git, `refs/heads/${first.base.ref}`)) ?? "";
    for (const pull of pulls) {
      const sha = await stack(context, pull, { onto: base, method });
      const ref = `refs/heads/gh-readonly-queue/${pull.base.ref}/pr-${pull.number}-${base}`;
      const group = { repository, sender, pull, ref, sha, base };
      await form(context, group);
      groups.push({
        number: pull.number,
        ref,
        sha,
        base,
        settle: () => inTurn(repository, () => settle(context, group)),
      });
      base = sha;
    }
    return groups;
  });
}

async function form(context: Context, group: Group): Promise<void> {
  const { repository, pull, ref, sha, sender } = group;
  await emitPull(context, pull, { id: "pull-request/enqueued", sender });
  await moveReference(context, repository, { ref, before: undefined, after: sha, sender });
  await emitGroup(context, group, { id: "merge-group/checks-requested" });
}

async function stack(
  { world }: Context,
  pull: Pull,
  { onto, method }: { onto: string; method: QueueMethod },
): Promise<string> {
  const { git } = pull.repository;
  const tree = await mergeTrees(git, onto, pull.head.sha);
  if (tree === undefined) throw new Error(`pull request ${pull.number} conflicts in the merge queue`);
  const isMerge = method === "merge";
  const message = isMerge
    ? `Merge pull request #${pull.number} from ${pull.head.owner.login}/${pull.head.ref}`
    : `${pull.title} (#${pull.number})`;
  const author = hub(world);
  const parents = isMerge ? [onto, pull.head.sha] : [onto];
  return writeCommit(git, tree, { parents, message, author, committer: author });
}

async function settle(context: Context, group: Group): Promise<"merged" | "invalidated"> {
  const { repository, pull, ref, sha, base, sender } = group;
  const isMoved = (await tipOf(repository.git, `refs/heads/${pull.base.ref}`)) !== base;
  const outcome = isMoved || unmetOf(context.world, pull, { sha }) !== undefined ? "invalidated" : "merged";
  if (outcome === "merged") await land(context, group);
  const reason = outcome === "merged" ? "MERGE" : "CI_FAILURE";
  await emitPull(context, pull, { id: "pull-request/dequeued", sender, payload: { reason } });
  await emitGroup(context, group, { id: "merge-group/destroyed", payload: { reason: outcome } });
  await moveReference(context, repository, { ref, before: sha, after: undefined, sender });
  return outcome;
}

async function land(context: Context, { repository, pull, sha, base, sender }: Group): Promise<void> {
  const ref = `refs/heads/${pull.base.ref}`;
  await repository.git.run(["update-ref", ref, sha, base]);
  await settleMerge(context, pull, { sha, sender });
  await moveReference(context, repository, { ref, before: base, after: sha, sender });
}

async function emitGroup(
  { events }: Context,
  { repository, pull, sender, ref, sha, base }: Group,
  { id, payload }: { id: "merge-group/checks-requested" | "merge-group/destroyed"; payload?: object },
): Promise<void> {
  const merge_group = {
    head_sha: sha,
    head_ref: ref,
    base_sha: base,
    base_ref: `refs/heads/${pull.base.ref}`,
    head_commit: await toGitCommit(repository, sha),
  };
  events.emit(id, { repository, sender, payload: { merge_group, ...payload } });
}

/** `OWNER/NAME` and numbers as tests have them. */
export function pullsNamed(context: Context, name: string, numbers: readonly number[]): readonly Pull[] {
  const repository = [...context.world.repositories.values()].find((one) => fullName(one) === name);
  return numbers.flatMap((number) => repository?.pulls.get(number) ?? []);
}
