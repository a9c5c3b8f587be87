import type { ProposalState, ProposalVerdict, PullVerdict, Watch } from "../verdict.ts";

/** Seconds that a pull request without a proposal is watched for; the sweep has it reviewed again before. */
const month = 30 * 86_400;

/**
 * Which contracts a pull request waits for news of. Anybody may finalize what is signed until its deadline, also after the
 * pull request was closed (protocol §5), and execute what is scheduled until that expires; what is finalized and merged has come to its end. `now`: Unix seconds.
 */
export function decideWatches({ proposals }: PullVerdict, now: number): Watch[] {
  return proposals.filter((one) => !hasEnded(one)).flatMap((one) => toWatches(one, now));
}

function hasEnded({ state, reasons }: ProposalVerdict): boolean {
  return state === "finalized" && !reasons.some(({ code }) => code === "ahead-of-main");
}

const waiting: readonly ProposalState[] = ["proposed", "approved", "scheduled"];

function toWatches({ chainId, state, reasons, changes, proposal, schedule }: ProposalVerdict, now: number): Watch[] {
  // What is scheduled has left its deadline behind (protocol §3).
  const end = schedule?.expiresAt ?? proposal?.approval.deadline;
  const others = reasons.flatMap((reason) => (reason.code === "earlier-scheduled" ? reason.expiresAt : []));
  const until = Math.max(end ?? now + month, ...others);
  if (until < now) return [];
  // The registry takes it in the second of its end, and not after (protocol §3).
  const due = waiting.includes(state) && end !== undefined ? { due: end + 1 } : {};
  return changes.map(({ contract }) => ({ chainId, contract, until: until + 1, ...due }));
}
