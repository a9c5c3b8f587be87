import type { ChainAnswers, ChainFacts, ContractFacts, PullFacts } from "../facts.ts";
import type { ContractRecord } from "../protocol/record.ts";
import type { ProposalState, ProposalVerdict, Reason } from "../verdict.ts";
import { contractsOn, type Derived, deriveProposal } from "./proposal.ts";
import { toReadyTransactions } from "./ready.ts";
import { toSchedule } from "./schedule.ts";
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
  if (!derived.proposal) return undecided(chainId, derived);
  const contracts = contractsOn(facts, chainId);
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
  const verdict = { chainId, changes: derived.changes, proposal: derived.proposal, ...count, ...standing };
  const ready = toReadyTransactions(verdict, known);
  return ready.length > 0 ? { ...verdict, ready } : verdict;
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

function undecided(chainId: number, { changes, reasons }: Derived): ProposalVerdict {
  const isOutdated = reasons.every(({ code }) => code === "base-moved");
  const state: ProposalState = isOutdated ? "outdated" : "blocked";
  return { chainId, state, reasons, changes, tallies: [], refused: [], signatures: [] };
}

function withoutChain(chainId: number, state: ProposalState, reason: Reason): ProposalVerdict {
  return { chainId, state, reasons: [reason], changes: [], tallies: [], refused: [], signatures: [] };
}
