import type { PullRef } from "../facts.ts";
import { observePull, observeTalk, type PullObservation, type Sources } from "../observe/pull.ts";
import type { PullVerdict } from "../verdict.ts";
import { judgePull } from "./judge.ts";

export interface PullStatus {
  readonly observed: PullObservation;
  readonly verdict: PullVerdict;
}

/** Where a pull request stands, derived anew from the commits, the conversation and the chain; changes nothing. */
export async function readStatus(ref: PullRef, sources: Sources, now: number): Promise<PullStatus> {
  const observed = await observePull(await observeTalk(ref, sources), sources, now);
  return { observed, verdict: await judgePull(observed.facts, sources.registries) };
}
