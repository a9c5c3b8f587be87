import type { ContractFacts, ScheduleFacts } from "../facts.ts";
import type { Schedule } from "../verdict.ts";
import type { Known } from "./known.ts";

/** How long a ripe change can be carried out (protocol §3), in seconds. */
export const grace = 14 * 86_400;

/** What waits on chain under the proposal's digest, or has waited for too long; undefined where nothing does. */
export function toSchedule(known: Pick<Known, "answers" | "chain" | "contracts" | "proposal">): Schedule | undefined {
  const found = findSchedule(known);
  return found?.status === "waiting" ? toTimes(found.slack, known) : undefined;
}

export function toTimes(slack: number, { chain: { time }, contracts }: Pick<Known, "chain" | "contracts">): Schedule {
  const pausedUntil = findPause(contracts, time);
  const ripeAt = toRipeAt(slack, { time, pausedUntil, isAlone: contracts.length === 1 });
  const expiresAt = slack > grace ? time - (slack - grace) : Math.max(ripeAt, time - slack) + grace;
  const isRipe = slack >= 0 && slack <= grace && pausedUntil === undefined;
  return { ripeAt, expiresAt, isRipe, ...(pausedUntil !== undefined && { pausedUntil }) };
}

export function findSchedule({ answers, proposal }: Pick<Known, "answers" | "proposal">): ScheduleFacts | undefined {
  return answers.schedules.find(({ digest }) => digest === proposal.digest);
}

/** When the last of the records' pauses ends, if any lasts. */
export function findPause(contracts: readonly ContractFacts[], time: number): number | undefined {
  const ends = contracts.map(({ onChain }) => onChain?.pausedUntil ?? 0).filter((until) => until > time);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** The clock of a paused record stands still; of several records, which one is behind is not known, so: at the earliest. */
function toRipeAt(
  slack: number,
  { time, pausedUntil, isAlone }: { time: number; pausedUntil: number | undefined; isAlone: boolean },
): number {
  if (pausedUntil === undefined) return time - slack;
  const left = Math.max(0, -slack);
  return isAlone ? pausedUntil + left : Math.max(pausedUntil, time + left);
}
