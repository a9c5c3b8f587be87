import { decideMerge } from "../decide/merge.ts";
import type { PullRef } from "../facts.ts";
import { observePull, observeTalk, type PullObservation, type Sources } from "../observe/pull.ts";
import type { PullVerdict, ReadyTransaction } from "../verdict.ts";
import { judgePull } from "./judge.ts";
import { readReady } from "./ready.ts";

export interface PullStatus {
  readonly observed: PullObservation;
  readonly verdict: PullVerdict;
  /** What a relayer would send now and anybody may, and what others have to send, or may. */
  readonly ready: readonly ReadyTransaction[];
}

/** Where a pull request stands, derived anew from the commits, the conversation and the chain; changes nothing. */
export async function readStatus(ref: PullRef, sources: Sources, now: number): Promise<PullStatus> {
  const observed = await observePull(await observeTalk(ref, sources), sources, now);
  const verdict = await judgePull(observed.facts, sources.registries);
  const due = await readReady(decideMerge(observed.facts, verdict), sources.registries);
  return { observed, verdict, ready: [...due, ...verdict.proposals.flatMap(({ ready = [] }) => ready)] };
}
