import type { ChainAnswers, ChainFacts, ContractFacts, PullFacts } from "../facts.ts";
import type { Proposal, Schedule, Tally } from "../verdict.ts";

/** All that is known of one proposal once its message is derived and its signatures are counted. */
export interface Known {
  readonly facts: PullFacts;
  readonly chain: Extract<ChainFacts, { kind: "read" }>;
  readonly answers: ChainAnswers;
  readonly contracts: readonly ContractFacts[];
  readonly proposal: Proposal;
  readonly tallies: readonly Tally[];
}

export type KnownWithSchedule = Known & { readonly schedule: Schedule | undefined };
