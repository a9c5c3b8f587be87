import type { PullFacts } from "../facts.ts";
import type { ProposalVerdict } from "../verdict.ts";

/** Seconds. What is due by the clock is not by a block that was made before, so it is looked at again, soon. */
const patience = 5;
const day = 86_400;

/**
 * When to look again though nothing happens: once what waits can go on, and each day before that, since people are shown
 * how long it still takes. Unix seconds by our clock; delays go by the chain's, which can be another.
 */
export function decideWaking({ chains, now }: PullFacts, proposals: readonly ProposalVerdict[]): number | undefined {
  const waits = proposals.flatMap((proposal) => {
    const chain = chains.find((one) => one.kind === "read" && one.domain.chainId === proposal.chainId);
    const due = findDue(proposal);
    return chain?.kind === "read" && due !== undefined ? [toWait(due - chain.time, now - chain.time)] : [];
  });
  return waits.length > 0 ? now + Math.ceil(Math.min(...waits)) : undefined;
}

function findDue({ state, schedule, reasons }: ProposalVerdict): number | undefined {
  const paused = reasons.find(({ code }) => code === "paused");
  // Ripe before the merge, it waits for the merge.
  if (state === "scheduled" && schedule && !schedule.isRipe) return schedule.ripeAt;
  return state === "approved" && paused?.code === "paused" ? paused.until : undefined;
}

/** A chain that makes no blocks is asked less and less often. */
function toWait(left: number, behind: number): number {
  return Math.max(patience, behind / 2, left <= day ? left : left % day || day);
}
