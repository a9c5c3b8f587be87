import { ensureCheckRun } from "../act/ensure-check.ts";
import { decideGroup } from "../decide/group.ts";
import { failure } from "../errors.ts";
import { explainFault } from "../explain/check.ts";
import { explainGroup } from "../explain/group.ts";
import type { PullFacts, PullRef } from "../facts.ts";
import { type MergeGroup, observeGroup, observeLanding } from "../observe/group.ts";
import { observePull, observeTalk } from "../observe/pull.ts";
import type { GroupMember, GroupVerdict } from "../verdict.ts";
import { judgePull } from "./judge.ts";
import type { BotClients } from "./merge.ts";

/** A commit of a repository. */
type CommitRef = Omit<PullRef, "number"> & { readonly commit: string };

/**
 * The story of a merge group: its pull requests are judged as they are by themselves, and what would land is held against
 * what they propose. Nothing else is told or sent: the merge does that. Undefined where the commit is no group's head.
 *
 * @throws what could not be found out, after the check says so
 */
export async function reviewGroup(ref: CommitRef, clients: BotClients, now: number): Promise<GroupVerdict | undefined> {
  const group = await observeGroup(ref.commit, clients);
  if (!group) return undefined;
  const target = { ...clients, head: group.head, now };
  try {
    const verdict = await judgeGroup(group, ref, { clients, now });
    await ensureCheckRun(explainGroup(verdict), target);
    return verdict;
  } catch (error) {
    await ensureCheckRun(explainFault(error), target).catch(() => undefined); // the first fault is the one to report
    throw error;
  }
}

type Judged = GroupMember & { readonly facts: PullFacts };

async function judgeGroup(
  group: MergeGroup,
  { owner, repository }: CommitRef,
  { clients, now }: { readonly clients: BotClients; readonly now: number },
): Promise<GroupVerdict> {
  const members: Judged[] = [];
  for (const number of group.numbers) {
    const { facts } = await observePull(await observeTalk({ owner, repository, number }, clients), clients, now);
    const isOpen = facts.pull.state === "open";
    members.push({ number, isOpen, facts, verdict: await judgePull(facts, clients.registries) });
  }
  if (!members.every(({ isOpen }) => isOpen)) await assertTip(group, clients);
  const last = members.at(-1);
  if (!last) return decideGroup({ isCurrent: false, directories: [], elsewhere: [] }, []);
  const { policy, pull } = last.facts;
  const scope = { policy, defaultBranch: pull.defaultBranch, proposed: toProposed(members) };
  return decideGroup(await observeLanding(group, scope, clients), members);
}

/** What lands while its pull requests are read is merged, and is part of the base: then the group is read anew. */
async function assertTip({ baseBranch, baseTip }: MergeGroup, { git }: BotClients): Promise<void> {
  const tip = (await git.readBranches([baseBranch])).get(baseBranch);
  if (baseTip !== undefined && tip !== baseTip)
    throw failure("TIP_MOVED", `expected ${baseTip} at the tip of the base branch, found ${tip}`);
}

function toProposed(members: readonly Judged[]): ReadonlySet<string> {
  return new Set(members.flatMap(({ facts }) => facts.contracts.map(({ contract }) => contract.path)));
}
