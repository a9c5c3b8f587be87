import type { PullFacts } from "../facts.ts";
import type { ProposalVerdict } from "../verdict.ts";

/** A block can come late: what is due by the clock and not by the chain is looked at again after this, in seconds. */
const patience = 30;
const day = 86_400;

/**
 * When to look again though nothing happens: once what waits can go on, and each day before that, since people are shown
 * how long it still takes. Unix seconds by our clock; delays go by the chain's, which can be another.
 */
export function decideWaking({ chains, now }: PullFacts, proposals: readonly ProposalVerdict[]): number | undefined {
  const waits = proposals.flatMap((proposal) => {
    const chain = chains.find((one) => one.kind === "read" && one.domain.chainId === proposal.chainId);
    const due = findDue(proposal);
    return chain?.kind === "read" && due !== undefined ? [toWait(due - chain.time)] : [];
  });
  return waits.length > 0 ? now + Math.min(...waits) : undefined;
}

function findDue({ state, schedule, reasons }: ProposalVerdict): number | undefined {
  const paused = reasons.find(({ code }) => code === "paused");
  if (state === "scheduled" && schedule) return schedule.ripeAt;
  return state === "approved" && paused?.code === "paused" ? paused.until : undefined;
}

function toWait(left: number): number {
  return Math.max(patience, left <= day ? left : left % day || day);
}
