import type { ChainFacts, ContractFacts, ContractSignatureFacts, PullFacts } from "../facts.ts";
import type { ContractRecord } from "../protocol/record.ts";
import type { Proposal, ProposalState, ProposalVerdict, Reason, Tally } from "../verdict.ts";
import { contractsOn, type Derived, deriveProposal } from "./proposal.ts";
import { countSignatures, isApproved, isRejected, type Sibling } from "./tally.ts";

/** Where the proposal of one chain stands, and every reason why. */
export function decideProposal(
  facts: PullFacts,
  chain: ChainFacts,
  contractSignatures: readonly ContractSignatureFacts[],
): ProposalVerdict {
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
    contractSignatures,
  });
  const standing = stand(derived.proposal, count.tallies, contracts, { facts, now: chain.time });
  return { chainId, changes: derived.changes, proposal: derived.proposal, ...count, ...standing };
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

type Standing = Pick<ProposalVerdict, "state" | "reasons" | "transaction">;

interface Moment {
  readonly facts: PullFacts;
  /** The chain's own time, in seconds: it alone judges deadlines. */
  readonly now: number;
}

function stand(
  proposal: Proposal,
  tallies: readonly Tally[],
  contracts: readonly ContractFacts[],
  at: Moment,
): Standing {
  if (contracts.every(({ onChain }) => onChain && onChain.changes.length > 0))
    return standFinalized(contracts, at.facts);
  const against = tallies.filter(isRejected);
  if (against.length > 0) return { state: "rejected", reasons: against.map(toRejectedReason) };
  if (at.now > proposal.approval.deadline) {
    return { state: "expired", reasons: [{ code: "expired", deadline: proposal.approval.deadline }] };
  }
  const { state } = at.facts.pull;
  if (state === "closed") return { state: "failed", reasons: [{ code: "closed" }] };
  if (state === "merged") return standMerged(proposal, tallies, contracts, at.facts);
  if (tallies.every(isApproved)) return { state: "approved", reasons: [{ code: "approved" }] };
  return { state: "proposed", reasons: tallies.filter((tally) => !isApproved(tally)).map(toWaitingReason) };
}

function standFinalized(contracts: readonly ContractFacts[], { pull }: PullFacts): Standing {
  const wrong = contracts.flatMap(findWrongImplementation);
  if (wrong.length > 0) return { state: "failed", reasons: wrong };
  const transaction = contracts[0]?.onChain?.changes.at(-1)?.transaction;
  const ahead: Reason[] = pull.state === "merged" ? [] : [{ code: "ahead-of-main" }];
  return {
    state: "finalized",
    reasons: [{ code: "finalized", transaction }, ...ahead],
    ...(transaction && { transaction }),
  };
}

/** A contract cannot read another's slot, so it is looked at afterwards (protocol §7), while the change is the newest. */
function findWrongImplementation({ contract, build, onChain }: ContractFacts): Reason[] {
  if (contract.kind === "record" || build.kind !== "built" || !onChain?.record) return [];
  const isNewest = onChain.changes.at(-1)?.version === onChain.record.version;
  if (!isNewest || onChain.implementation === build.implementation) return [];
  return [{ code: "implementation-differs", contract: contract.address, found: onChain.implementation }];
}

/** What landed must be what was signed, and must still be there (protocol §6). */
function standMerged(
  proposal: Proposal,
  tallies: readonly Tally[],
  contracts: readonly ContractFacts[],
  facts: PullFacts,
): Standing {
  const differing = contracts.filter(({ source, landed }) => source.kind === "hashed" && landed !== source.hash);
  if (differing.length > 0) return { state: "failed", reasons: differing.flatMap(toLandedReason) };
  const moved = contracts.filter(({ source, tip }) => source.kind === "hashed" && tip !== source.hash);
  if (moved.length > 0) return { state: "outdated", reasons: moved.flatMap(toTipReason) };
  if (!tallies.every(isApproved)) {
    const waiting = tallies.filter((tally) => !isApproved(tally)).map(toWaitingReason);
    return { state: "proposed", reasons: [{ code: "merged-without-quorum" }, ...waiting] };
  }
  const refusal = facts.refusals.find(({ digest }) => digest === proposal.digest);
  if (refusal) return { state: "failed", reasons: [{ code: "finalize-refused", message: refusal.message }] };
  return { state: "approved", reasons: [{ code: "finalizing" }] };
}

function toLandedReason({ contract: { path }, source, landed }: ContractFacts): Reason[] {
  if (source.kind !== "hashed") return [];
  return [{ code: "landed-differs", path, signed: source.hash, landed: landed ?? "nothing that can be hashed" }];
}

function toTipReason({ contract: { path }, source }: ContractFacts): Reason[] {
  return source.kind === "hashed" ? [{ code: "tip-differs", path, signed: source.hash }] : [];
}

function toWaitingReason({ signed, needed }: Tally): Reason {
  return { code: "waiting", signed, needed };
}

function toRejectedReason({ contract, rejected }: Tally): Reason {
  return { code: "rejected", contract, rejections: rejected };
}

function undecided(chainId: number, { changes, reasons }: Derived): ProposalVerdict {
  const isOutdated = reasons.every(({ code }) => code === "base-moved");
  const state: ProposalState = isOutdated ? "outdated" : "blocked";
  return { chainId, state, reasons, changes, tallies: [], refused: [], signatures: [] };
}

function withoutChain(chainId: number, state: ProposalState, reason: Reason): ProposalVerdict {
  return { chainId, state, reasons: [reason], changes: [], tallies: [], refused: [], signatures: [] };
}
