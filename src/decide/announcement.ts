import type { PullFacts } from "../facts.ts";
import type { AnnounceOrder, ProposalVerdict, PullVerdict } from "../verdict.ts";
import { selectMinimal } from "./tally.ts";

/** What may be announced now: only while the pull request is open, since a merge with a quorum finalizes at once. */
export function decideAnnouncements({ pull, policy }: PullFacts, { proposals }: PullVerdict): AnnounceOrder[] {
  if (pull.state !== "open" || policy.kind !== "valid") return [];
  const { propose } = policy.policy;
  if (propose === "never") return [];
  return proposals.flatMap((one): AnnounceOrder[] => {
    const { proposal, tallies, signatures } = one;
    if (!proposal) return [];
    const known = { proposal, since: pull.createdAt };
    if (propose === "on open") return isWorthGas(one, pull) ? [{ ...known, kind: "open", signatures: [] }] : [];
    if (one.state !== "approved") return [];
    return [{ ...known, kind: "quorum", signatures: selectMinimal(tallies, signatures) }];
  });
}

/** Anybody may open a pull request and push to it again and again: a stranger's waits for a signer's word (threats.md 103). */
function isWorthGas({ state, tallies }: ProposalVerdict, { trusted }: PullFacts["pull"]): boolean {
  const isOpen = state === "proposed" || state === "approved";
  return isOpen && (trusted || tallies.some(({ signed }) => signed > 0));
}
