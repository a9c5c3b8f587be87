import type { ChainAnswers, ChainFacts, ContractFacts, PullFacts, ScheduledFacts } from "../facts.ts";
import type { ContractRecord } from "../protocol/record.ts";
import type { ProposalState, ProposalVerdict, ReadyTransaction, Reason } from "../verdict.ts";
import { contractsOn, type Derived, deriveProposal } from "./proposal.ts";
import { toCancellations, toReadyTransactions } from "./ready.ts";
import { toSchedule, toTimes } from "./schedule.ts";
import { findEarlier } from "./scheduled.ts";
import { findRuled } from "./sender.ts";
import { stand } from "./standing.ts";
import { countSignatures, type Sibling } from "./tally.ts";

/** Where the proposal of one chain stands, and every reason why. */
export function decideProposal(facts: PullFacts, chain: ChainFacts, answers: ChainAnswers): ProposalVerdict {
  if (chain.kind === "unknown")
    return withoutChain(chain.chainId, "blocked", { code: "chain-unknown", chainId: chain.chainId });
  if (chain.kind === "unreachable") {
    const { chainId, message } = chain;
    return withoutChain(chainId, "unknown", { code: "chain-unreachable", chainId, message });
  }
  const { chainId } = chain.domain;
  const derived = deriveProposal(facts, chain);
  const contracts = contractsOn(facts, chainId);
  const earlier = findEarlier(facts, { proposal: derived.proposal, contracts });
  const told = earlier.map((one) => toEarlierReason(one, { chain, contracts }));
  const cancellations = earlier.flatMap(({ digest }) => toCancellations(digest, { chain, contracts }));
  if (!derived.proposal) return withReady(undecided(chainId, derived, told), cancellations);
  const count = countSignatures(derived.proposal, {
    records: recordsBefore(contracts),
    siblings: findSiblings(facts, chainId),
    posts: facts.posts,
    earlier: facts.earlier,
    domains: facts.domains,
    contractSignatures: answers.contractSignatures,
    votes: answers.votes,
    ruled: findRuled(contracts).map(({ contract }) => contract),
  });
  const known = { facts, chain, answers, contracts, proposal: derived.proposal, tallies: count.tallies };
  const standing = stand({ ...known, schedule: toSchedule(known) });
  const reasons = [...standing.reasons, ...told];
  const verdict = { chainId, changes: derived.changes, proposal: derived.proposal, ...count, ...standing, reasons };
  return withReady(verdict, [...toReadyTransactions(verdict, known), ...cancellations]);
}

function withReady(verdict: ProposalVerdict, ready: readonly ReadyTransaction[]): ProposalVerdict {
  return ready.length > 0 ? { ...verdict, ready } : verdict;
}

function toEarlierReason({ digest, slack }: ScheduledFacts, at: Parameters<typeof toTimes>[1]): Reason {
  const { ripeAt, expiresAt } = toTimes(slack, at);
  return { code: "earlier-scheduled", digest, ripeAt, expiresAt };
}

/** What was there before the proposal: the record itself may have moved on to it. */
function recordsBefore(contracts: readonly ContractFacts[]): ContractRecord[] {
  return contracts.flatMap(({ onChain, previous }) =>
    onChain?.record ? [{ ...onChain.record, contractHash: previous ?? onChain.record.contractHash }] : [],
  );
}

function findSiblings(facts: PullFacts, chainId: number): Sibling[] {
  return facts.chains.flatMap((chain) => {
    if (chain.kind !== "read" || chain.domain.chainId === chainId) return [];
    const { proposal } = deriveProposal(facts, chain);
    return proposal ? [{ proposal, records: recordsBefore(contractsOn(facts, chain.domain.chainId)) }] : [];
  });
}

function undecided(chainId: number, { changes, reasons }: Derived, told: readonly Reason[]): ProposalVerdict {
  const isOutdated = reasons.every(({ code }) => code === "base-moved");
  const state: ProposalState = isOutdated ? "outdated" : "blocked";
  return { chainId, state, reasons: [...reasons, ...told], changes, tallies: [], refused: [], signatures: [] };
}

function withoutChain(chainId: number, state: ProposalState, reason: Reason): ProposalVerdict {
  return { chainId, state, reasons: [reason], changes: [], tallies: [], refused: [], signatures: [] };
}
