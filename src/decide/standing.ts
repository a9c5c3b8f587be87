import type { ContractFacts, PullFacts } from "../facts.ts";
import type { ProposalVerdict, Reason, Schedule, Tally } from "../verdict.ts";
import type { KnownWithSchedule } from "./known.ts";
import { findRequest } from "./requests.ts";
import { findPause, findSchedule } from "./schedule.ts";
import { findDelay, findGate, findRuled, findSenders } from "./sender.ts";
import { isApproved, isRejected } from "./tally.ts";

export type Standing = Pick<ProposalVerdict, "state" | "reasons" | "transaction" | "schedule">;

/** Where a proposal that can be derived stands (protocol §6). Deadlines and delays go by the chain's own time. */
export function stand(known: KnownWithSchedule): Standing {
  const { contracts, facts } = known;
  if (contracts.every(({ onChain }) => onChain && onChain.changes.length > 0)) return standFinalized(contracts, facts);
  const ended = findEnd(known) ?? findDifference(known);
  if (ended) return warnOfSchedule(ended, known);
  const refusal = facts.refusals.find(({ digest }) => digest === known.proposal.digest);
  if (refusal) {
    const reason = { code: "finalize-refused", message: refusal.message } as const;
    return warnOfSchedule({ state: "failed", reasons: [reason] }, known);
  }
  if (known.schedule) return standScheduled(known.schedule, known);
  return facts.pull.state === "merged" ? standMerged(known) : standOpen(known);
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

/** What ends a proposal whatever else is true of it. What is scheduled has left its deadline behind (protocol §3). */
function findEnd(known: KnownWithSchedule): Standing | undefined {
  const { facts, chain, proposal, tallies, schedule, contracts } = known;
  if (findSchedule(known)?.status === "cancelled") return { state: "rejected", reasons: [{ code: "cancelled" }] };
  const against = tallies.filter(isRejected);
  if (against.length > 0) return { state: "rejected", reasons: against.map(toRejectedReason) };
  const request = findRequest(facts);
  if (request?.kind === "withdraw") {
    return { state: "withdrawn", reasons: [{ code: "withdrawn", by: request.post.author }] };
  }
  if (schedule && chain.time > schedule.expiresAt) {
    return { state: "expired", reasons: [{ code: "schedule-expired", expiresAt: schedule.expiresAt }] };
  }
  const { deadline } = proposal.approval;
  if (!schedule && chain.time > deadline) return { state: "expired", reasons: [{ code: "expired", deadline }] };
  if (facts.pull.state === "closed") return { state: "failed", reasons: [{ code: "closed" }] };
  const senders = findSenders(contracts);
  if (!schedule && senders.length > 1) return { state: "blocked", reasons: [{ code: "senders-differ", senders }] };
  return undefined;
}

/** What landed must be what was signed, and must still be there: also right before it is executed (protocol §6). */
function findDifference({ contracts, facts }: KnownWithSchedule): Standing | undefined {
  if (facts.pull.state !== "merged") return undefined;
  const differing = contracts.filter(({ source, landed }) => source.kind === "hashed" && landed !== source.hash);
  if (differing.length > 0) return { state: "failed", reasons: differing.flatMap(toLandedReason) };
  const moved = contracts.filter(({ source, tip }) => source.kind === "hashed" && tip !== source.hash);
  if (moved.length > 0) return { state: "outdated", reasons: moved.flatMap(toTipReason) };
  return undefined;
}

/** A proposal that has ended here can go on by itself on chain: anyone may execute what is ripe. */
function warnOfSchedule(standing: Standing, known: KnownWithSchedule): Standing {
  const { schedule, chain, answers, proposal, tallies } = known;
  if (!schedule || chain.time > schedule.expiresAt) return standing;
  const isDead = tallies.some(({ contract, needed, signers }) => {
    const votes = answers.votes.find((one) => one.contract === contract && one.digest === proposal.digest);
    return (votes?.rejected.length ?? 0) > signers.length - needed;
  });
  if (isDead) return standing;
  const { ripeAt, expiresAt } = schedule;
  return { ...standing, schedule, reasons: [...standing.reasons, { code: "still-scheduled", ripeAt, expiresAt }] };
}

function standScheduled(schedule: Schedule, { facts, chain }: KnownWithSchedule): Standing {
  const isMerged = facts.pull.state === "merged";
  const early: Reason[] = isMerged ? [] : [{ code: "scheduled-before-merge" }];
  if (schedule.isRipe && isMerged) return { state: "scheduled", schedule, reasons: [{ code: "executing" }] };
  const { ripeAt, expiresAt, pausedUntil } = schedule;
  const paused: Reason[] = pausedUntil === undefined ? [] : [{ code: "paused", until: pausedUntil }];
  const scheduled = { code: "scheduled", ripeAt, expiresAt, left: Math.max(0, ripeAt - chain.time) } as const;
  return { state: "scheduled", schedule, reasons: [...paused, scheduled, ...early] };
}

function standMerged(known: KnownWithSchedule): Standing {
  const { contracts, chain } = known;
  const missing = findMissing(known);
  if (missing.length > 0) return { state: "proposed", reasons: [{ code: "merged-without-quorum" }, ...missing] };
  const gate = findGate(known);
  if (gate) return { state: "approved", reasons: [{ code: "gated", gate }] };
  const delay = findDelay(contracts);
  if (delay > 0) return { state: "approved", reasons: [{ code: "scheduling", delay }] };
  const until = findPause(contracts, chain.time);
  if (until !== undefined) return { state: "approved", reasons: [{ code: "paused", until }] };
  return { state: "approved", reasons: [{ code: "finalizing" }] };
}

function standOpen(known: KnownWithSchedule): Standing {
  const missing = findMissing(known);
  if (missing.length > 0) return { state: "proposed", reasons: missing };
  const delay = findDelay(known.contracts);
  const gate = findGate(known);
  const approved: Reason = delay > 0 ? { code: "approved-delayed", delay } : { code: "approved" };
  return { state: "approved", reasons: [approved, ...(gate ? [{ code: "gated", gate } as const] : [])] };
}

/** Whose word is missing. An authority's is its transaction, so that it is never known beforehand. */
function findMissing({ contracts, tallies }: KnownWithSchedule): readonly Reason[] {
  const ruled = findRuled(contracts).map((one): Reason => ({ code: "authority", ...one }));
  return [...tallies.filter((tally) => !isApproved(tally)).map(toWaitingReason), ...ruled];
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
