import { hasRole } from "../actor.ts";
import { type Call, type Endpoints, type Input, ok } from "../endpoint.ts";
import { commitsBetween, isAncestor, tipOf } from "../git/bare.ts";
import { mergeTrees, replayCommit, writeCommit } from "../git/merging.ts";
import { mergeBase, readCommit } from "../git/reading.ts";
import { hub, signatureOf } from "../identity.ts";
import { settleMerge } from "../pull-moves.ts";
import { moveReference } from "../pushes.ts";
import { found, Refusal } from "../refusal.ts";
import { settledRun } from "../shapes/check.ts";
import type { Account, CheckRun, Protection, Pull } from "../state.ts";
import { fullName, protectionsOf, type World } from "../world.ts";
import { pullNumbered } from "./pulls.ts";
import { approvalsOf } from "./reviews.ts";
import { latestStatuses } from "./statuses.ts";

export const merges: Pick<Endpoints, "pulls/merge" | "pulls/update-branch"> = {
  "pulls/merge": {
    app: "contents:write",
    role: "write",
    answer: async (input, call) => {
      const pull = pullNumbered(call.repository, input.pull_number);
      assertOpen(pull, input.sha);
      const base = found(await tipOf(call.repository.git, `refs/heads/${pull.base.ref}`));
      await assertAllowed(call, pull, base);
      const sha = await land(call, pull, { base, input });
      await finish(call, pull, { sha, base });
      return ok({ sha, merged: true, message: "Pull Request successfully merged" });
    },
  },
  "pulls/update-branch": {
    app: "pull_requests:write",
    role: "write",
    answer: async ({ pull_number, expected_head_sha }, call) => {
      const pull = pullNumbered(call.repository, pull_number);
      if (expected_head_sha !== undefined && expected_head_sha !== pull.head.sha)
        throw new Refusal(422, "expected head sha didn't match current head ref.");
      await updateBranch(call, pull);
      return {
        status: 202,
        data: {
          message: "Updating pull request branch.",
          url: `${call.world.origin}/${fullName(call.repository)}/pull/${pull.number}`,
        },
      };
    },
  },
};

function assertOpen(pull: Pull, sha: string | undefined): void {
  if (sha !== undefined && sha !== pull.head.sha)
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  if (pull.draft) throw new Refusal(405, "Pull Request is still a draft");
  if (pull.state !== "open") throw new Refusal(405, "Pull Request is not mergeable");
}

/** Branch protection and rulesets; an administrator passes those that are not enforced on administrators too. */
async function assertAllowed(call: Call, pull: Pull, base: string): Promise<void> {
  const reason = unmetOf(call.world, pull, { sha: pull.head.sha, by: call.sender });
  if (reason !== undefined) throw new Refusal(405, reason);
  const isStrict = bindingOf(pull, call.sender).some(({ strict }) => strict);
  const isBehind = isStrict && !(await isAncestor(pull.repository.git, base, pull.head.sha));
  if (isBehind) throw new Refusal(405, "The head branch is not up to date with the base branch.");
}

/** What is missing at this commit before it may land, in GitHub's words. */
export function unmetOf(world: World, pull: Pull, { sha, by }: { sha: string; by?: Account }): string | undefined {
  for (const { checks, approvals = 0 } of bindingOf(pull, by)) {
    for (const { context, appId } of checks) {
      const fault = faultOf(stateOf(world, pull, { context, appId, sha }));
      if (fault !== undefined) return `Required status check "${context}" is ${fault}.`;
    }
    const isUnapproved = approvalsOf(pull) < approvals;
    if (isUnapproved) return `At least ${approvals} approving review is required by reviewers with write access.`;
  }
  return undefined;
}

function bindingOf(pull: Pull, by: Account | undefined): readonly Protection[] {
  const isAdmin = by !== undefined && hasRole(by, pull.repository, "admin");
  return protectionsOf(pull.repository, pull.base.ref).filter(({ enforceAdmins }) => enforceAdmins || !isAdmin);
}

/** Skipped and neutral checks count as passed, on GitHub too. */
function faultOf(state: string | undefined): string | undefined {
  if (state === undefined) return "expected";
  if (state === "pending") return "in progress";
  return ["success", "neutral", "skipped"].includes(state) ? undefined : "failing";
}

function stateOf(
  world: World,
  { repository }: Pull,
  { context, appId, sha }: { context: string; appId: number | undefined; sha: string },
): string | undefined {
  const isMeant = ({ name, suite }: CheckRun) =>
    name === context && suite.sha === sha && (appId === undefined || suite.app.id === appId);
  const stored = [...repository.runs.values()].reverse().find(isMeant);
  const run = stored && settledRun(world, stored);
  if (run) return run.status === "completed" ? run.conclusion : "pending";
  return appId === undefined
    ? latestStatuses(repository, sha).find((one) => one.context === context)?.state
    : undefined;
}

async function land(
  call: Call,
  pull: Pull,
  { base, input }: { base: string; input: Input<"pulls/merge"> },
): Promise<string> {
  const method = input.merge_method ?? "merge";
  const landed =
    method === "rebase"
      ? await rebase(call, pull, base)
      : await mergeOrSquash(call, pull, { base, input, squash: method === "squash" });
  if (landed === undefined) throw new Refusal(405, "Pull Request is not mergeable");
  return landed;
}

async function mergeOrSquash(
  call: Call,
  pull: Pull,
  { base, input, squash }: { base: string; input: Input<"pulls/merge">; squash: boolean },
): Promise<string | undefined> {
  const { git } = pull.repository;
  const tree = await mergeTrees(git, base, pull.head.sha);
  if (tree === undefined) return undefined;
  const merged = `Merge pull request #${pull.number} from ${pull.head.owner.login}/${pull.head.ref}`;
  const title = input.commit_title ?? (squash ? `${pull.title} (#${pull.number})` : merged);
  const message = `${title}\n\n${input.commit_message ?? (squash ? "" : pull.title)}`.trimEnd();
  const author = signatureOf(call.world, squash ? pull.user : call.sender);
  return writeCommit(git, tree, {
    parents: squash ? [base] : [base, pull.head.sha],
    message,
    author,
    committer: hub(call.world),
  });
}

/** New commits, also where the branch could be fast-forwarded: GitHub writes each again with a committer of its own. */
async function rebase(call: Call, pull: Pull, base: string): Promise<string | undefined> {
  const { git } = pull.repository;
  let onto = base;
  for (const commit of await commitsBetween(git, await mergeBase(git, base, pull.head.sha), pull.head.sha)) {
    if ((await readCommit(git, commit)).parents.length > 1) throw new Refusal(405, "This branch can't be rebased");
    const replayed = await replayCommit(git, commit, { onto, committer: signatureOf(call.world, call.sender) });
    if (replayed === undefined) return undefined;
    onto = replayed;
  }
  return onto;
}

async function finish(call: Call, pull: Pull, { sha, base }: { sha: string; base: string }): Promise<void> {
  const { sender, repository } = call;
  const ref = `refs/heads/${pull.base.ref}`;
  await repository.git.run(["update-ref", ref, sha, base]);
  await settleMerge(call, pull, { sha, sender });
  await moveReference(call, repository, { ref, before: base, after: sha, sender });
}

async function updateBranch(call: Call, pull: Pull): Promise<void> {
  const { git } = pull.repository;
  const source = found(pull.head.repository);
  const base = found(await tipOf(git, `refs/heads/${pull.base.ref}`));
  const tree = await mergeTrees(git, pull.head.sha, base);
  if (tree === undefined) throw new Refusal(422, "merge conflict between base and head");
  const message = `Merge branch '${pull.base.ref}' into ${pull.head.ref}`;
  const author = signatureOf(call.world, call.sender);
  const after = await writeCommit(git, tree, {
    parents: [pull.head.sha, base],
    message,
    author,
    committer: hub(call.world),
  });
  if (source.git.path !== git.path) await source.git.run(["fetch", "--quiet", git.path, after]);
  await moveReference(call, source, {
    ref: `refs/heads/${pull.head.ref}`,
    before: pull.head.sha,
    after,
    sender: call.sender,
  });
}
