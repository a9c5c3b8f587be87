import type { ProposalVerdict, PullVerdict } from "../verdict.ts";

const final: readonly ProposalVerdict["state"][] = ["finalized", "expired"];

interface Ending {
  readonly scope: PullVerdict["scope"];
  readonly proposals: readonly Pick<ProposalVerdict, "state" | "reasons">[];
}

/** Whether a closed pull request needs nothing more while nobody touches it. A rejection can be deleted, so is no end. */
export function isAtRest({ scope, proposals }: Ending): boolean {
  return scope.kind !== "policy-invalid" && proposals.every(hasEnded);
}

function hasEnded({ state, reasons }: Pick<ProposalVerdict, "state" | "reasons">): boolean {
  return final.includes(state) && !reasons.some(({ code }) => code === "earlier-scheduled");
}
