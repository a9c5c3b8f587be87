import type { ProposalState, PullVerdict } from "../verdict.ts";

const final: readonly ProposalState[] = ["finalized", "expired"];

interface Ending {
  readonly scope: PullVerdict["scope"];
  readonly proposals: readonly { readonly state: ProposalState }[];
}

/** Whether a closed pull request needs nothing more while nobody touches it. A rejection can be deleted, so is no end. */
export function isAtRest({ scope, proposals }: Ending): boolean {
  return scope.kind !== "policy-invalid" && proposals.every(({ state }) => final.includes(state));
}
