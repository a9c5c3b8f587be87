import type { Context } from "./endpoint.ts";
import { isAncestor, tipOf } from "./git/bare.ts";
import type { WebhookId } from "./openapi/used.ts";
import type { Move } from "./pushes.ts";
import { toFullPull } from "./shapes/pull.ts";
import { toDeliveredReview } from "./shapes/review.ts";
import type { Account, Pull, Repository } from "./state.ts";
import { protectionsOf, timestamp } from "./world.ts";

type BranchMove = Move & { readonly branch: string; readonly sender: Account };

/** Sends `pull_request` with the pull request as it stands now. */
export async function emitPull(
  context: Context,
  pull: Pull,
  event: { id: WebhookId; sender: Account; payload?: object },
): Promise<void> {
  const mergeable = await context.testMerges.mergeable(pull);
  const shaped = await toFullPull(context.world, pull, mergeable);
  const payload = { number: pull.number, pull_request: shaped, ...event.payload };
  context.events.emit(event.id, { repository: pull.repository, sender: event.sender, payload });
}

export function emitReview(
  context: Context,
  pull: Pull,
  event: { id: WebhookId; sender: Account; review: Pull["reviews"][number]; payload?: object },
): Promise<void> {
  const review = toDeliveredReview(context.world, pull, event.review);
  return emitPull(context, pull, { ...event, payload: { review, ...event.payload } });
}

/** A branch moved: the open pull requests from it move along, or close when it is gone. */
export async function followHead(context: Context, repository: Repository, move: BranchMove): Promise<void> {
  for (const pull of pullsOf(context, ({ head }) => head.repository === repository && head.ref === move.branch)) {
    if (move.after === undefined) await closePull(context, pull, move.sender);
    else await moveHead(context, pull, { sha: move.after, sender: move.sender });
  }
}

/** A base moved: pull requests whose head is in it now count as merged; those of a base that is gone close. */
export async function followBase(context: Context, repository: Repository, move: BranchMove): Promise<void> {
  for (const pull of pullsOf(context, (one) => one.repository === repository && one.base.ref === move.branch)) {
    if (move.after === undefined) await closePull(context, pull, move.sender);
    else if (await isAncestor(repository.git, pull.head.sha, move.after)) {
      await settleMerge(context, pull, { sha: move.after, sender: move.sender });
    }
  }
}

export async function closePull(context: Context, pull: Pull, sender: Account): Promise<void> {
  pull.state = "closed";
  pull.updatedAt = pull.closedAt = timestamp(context.world);
  await emitPull(context, pull, { id: "pull-request/closed", sender });
}

export async function settleMerge(
  context: Context,
  pull: Pull,
  merge: { sha: string; sender: Account },
): Promise<void> {
  pull.merged = { at: timestamp(context.world), by: merge.sender, sha: merge.sha };
  await closePull(context, pull, merge.sender);
}

/** Copies the head's commit into the base repository, where it stays for ever. */
export async function keepHead(pull: Pull): Promise<void> {
  const { git } = pull.repository;
  const ref = `refs/pull/${pull.number}/head`;
  const source = pull.head.repository?.git.path ?? git.path;
  if (source === git.path) await git.run(["update-ref", ref, pull.head.sha]);
  else await git.run(["fetch", "--quiet", "--no-tags", source, `+${pull.head.sha}:${ref}`]);
}

async function moveHead(
  context: Context,
  pull: Pull,
  { sha, sender }: { sha: string; sender: Account },
): Promise<void> {
  const before = pull.head.sha;
  pull.head = { ...pull.head, sha };
  const base = await tipOf(pull.repository.git, `refs/heads/${pull.base.ref}`);
  pull.base = { ...pull.base, sha: base ?? pull.base.sha };
  pull.updatedAt = timestamp(context.world);
  await keepHead(pull);
  await emitPull(context, pull, { id: "pull-request/synchronize", sender, payload: { before, after: sha } });
  if (protectionsOf(pull.repository, pull.base.ref).some(({ dismissStale }) => dismissStale))
    await dismissAll(context, pull, sender);
}

async function dismissAll(context: Context, pull: Pull, sender: Account): Promise<void> {
  for (const review of pull.reviews.filter(({ state }) => state === "APPROVED")) {
    review.state = "DISMISSED";
    await emitReview(context, pull, { id: "pull-request-review/dismissed", sender, review });
  }
}

function pullsOf({ world }: Context, isMeant: (pull: Pull) => boolean): readonly Pull[] {
  const all = [...world.repositories.values()].flatMap(({ pulls }) => [...pulls.values()]);
  return all.filter((pull) => pull.state === "open" && isMeant(pull));
}
