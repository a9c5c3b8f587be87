import type { PullRef } from "../facts.ts";
import { observePull } from "../observe/pull.ts";
import type { PullVerdict } from "../verdict.ts";
import { judgePull } from "./judge.ts";
import { type BotClients, mergePull } from "./merge.ts";
import { tellPull } from "./tell.ts";

/**
 * The story of every event: whatever it was, it only names a pull request. GitHub, git and the chain are read again,
 * so that order, repetition and loss of events cannot change where it ends.
 */
export async function reviewPull(ref: PullRef, clients: BotClients, now: number): Promise<PullVerdict> {
  const observed = await observePull(ref, clients, now);
  const verdict = await judgePull(observed.facts, clients.registries);
  if (observed.facts.pull.state === "merged") return mergePull(observed, verdict, { clients, now });
  await tellPull(observed, verdict, clients);
  return verdict;
}
