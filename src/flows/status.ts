import { decideMerge } from "../decide/merge.ts";
import type { PullRef } from "../facts.ts";
import { observePull, type PullObservation, type Sources } from "../observe/pull.ts";
import type { PullVerdict, ReadyTransaction } from "../verdict.ts";
import { judgePull } from "./judge.ts";
import { readReady } from "./ready.ts";

export interface PullStatus {
  readonly observed: PullObservation;
  readonly verdict: PullVerdict;
  /** What anybody may send now: merged, approved and not finalized. */
  readonly ready: readonly ReadyTransaction[];
}

/** Where a pull request stands, derived anew from the commits, the conversation and the chain; changes nothing. */
export async function readStatus(ref: PullRef, sources: Sources, now: number): Promise<PullStatus> {
  const observed = await observePull(ref, sources, now);
  const verdict = await judgePull(observed.facts, sources.registries);
  const ready = await readReady(decideMerge(observed.facts, verdict), sources.registries);
  return { observed, verdict, ready };
}
