import type { ChainAnswers, PullFacts } from "../facts.ts";
import type { CheckState, ProposalState, ProposalVerdict, PullVerdict } from "../verdict.ts";
import { decideReplies } from "./replies.ts";
import { decideProposal } from "./state.ts";
import { decideWaking } from "./waking.ts";

const unasked: ChainAnswers = { contractSignatures: [], schedules: [], votes: [] };

/**
 * Everything that can be said of a pull request at one moment: which proposals it makes, how far each is, what its
 * check shows, which commands wait for an answer.
 */
export function decidePull(facts: PullFacts, answers: ChainAnswers = unasked): PullVerdict {
  const scope = decideScope(facts);
  const { elsewhere } = facts;
  if (scope.kind !== "proposals") {
    return {
      check: decideQuiet(scope, elsewhere),
      scope,
      proposals: [],
      elsewhere,
      headPolicy: facts.headPolicy,
      replies: decideReplies(facts, []),
    };
  }
  const proposals = facts.chains.map((chain) => decideProposal(facts, chain, answers));
  const check = worst(proposals.map((proposal) => toCheckState(proposal, facts.pull.state === "open")));
  const replies = decideReplies(facts, proposals);
  const wakeAt = decideWaking(facts, proposals);
  return {
    ...{ check, scope, proposals, elsewhere, replies },
    headPolicy: facts.headPolicy,
    ...(wakeAt !== undefined && { wakeAt }),
  };
}

/** Fails closed: a check belongs to the commit, which may be proposed elsewhere as well. */
function decideQuiet({ kind }: PullVerdict["scope"], elsewhere: readonly string[]): CheckState {
  if (kind === "policy-invalid") return "action_required";
  return elsewhere.length > 0 ? "in_progress" : "success";
}

function decideScope({ policy, pull, contracts }: PullFacts): PullVerdict["scope"] {
  if (policy.kind === "absent") return { kind: "not-configured" };
  if (policy.kind === "invalid") return { kind: "policy-invalid", problems: policy.problems };
  const branches = policy.policy.branches ?? [pull.defaultBranch];
  if (!branches.includes(pull.baseBranch)) return { kind: "other-branch", branch: pull.baseBranch };
  return { kind: contracts.length > 0 ? "proposals" : "untouched" };
}

const severity: readonly CheckState[] = ["success", "in_progress", "action_required", "failure"];

function worst(states: readonly CheckState[]): CheckState {
  return states.toSorted((left, right) => severity.indexOf(right) - severity.indexOf(left))[0] ?? "success";
}

const checkStates: Readonly<Record<ProposalState, CheckState>> = {
  proposed: "in_progress",
  approved: "success",
  scheduled: "success",
  finalized: "success",
  outdated: "action_required",
  blocked: "action_required",
  unknown: "in_progress",
  withdrawn: "action_required",
  rejected: "failure",
  expired: "failure",
  failed: "failure",
};

/** An outdated branch can be updated while the pull request is open; after the merge nothing can be done in it. */
function toCheckState({ state }: ProposalVerdict, isOpen: boolean): CheckState {
  return state === "outdated" && !isOpen ? "failure" : checkStates[state];
}
