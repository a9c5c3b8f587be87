import { ensureCheckRun } from "../act/ensure-check.ts";
import { ensureSeen } from "../act/ensure-seen.ts";
import { decideGreetings } from "../decide/replies.ts";
import { explainFault } from "../explain/check.ts";
import type { PullFacts, PullRef } from "../facts.ts";
import { observePull, observeTalk } from "../observe/pull.ts";
import type { PullVerdict } from "../verdict.ts";
import { announcePull } from "./announce.ts";
import { judgePull } from "./judge.ts";
import { type BotClients, mergePull } from "./merge.ts";

/**
 * The story of every event: whatever it was, it only names a pull request. GitHub, git and the chain are read again,
 * so that order, repetition and loss of events cannot change where it ends.
 *
 * @throws what could not be found out, after the check says so: neither passed nor failed (protocol §6); and what could not
 * be announced, after all else is told, so that it turns no check
 */
export async function reviewPull(ref: PullRef, clients: BotClients, now: number): Promise<PullVerdict> {
  const { facts, verdict } = await review(ref, clients, now).catch(async (error) => {
    await tellFault(ref, error, { clients, now }).catch(() => undefined); // the first fault is the one to report
    throw error;
  });
  await announcePull(facts, verdict, clients);
  return verdict;
}

async function review(
  ref: PullRef,
  clients: BotClients,
  now: number,
): Promise<{ readonly facts: PullFacts; readonly verdict: PullVerdict }> {
  const talk = await observeTalk(ref, clients);
  await ensureSeen(decideGreetings(talk.conversation.unseen, now), clients);
  const observed = await observePull(talk, clients, now);
  const { facts } = observed;
  const verdict = await judgePull(facts, clients.registries);
  return { facts, verdict: await mergePull(observed, verdict, { clients, now }) };
}

async function tellFault(
  ref: PullRef,
  error: unknown,
  { clients, now }: { readonly clients: BotClients; readonly now: number },
): Promise<void> {
  const { head } = await clients.github.readPull(ref.number);
  await ensureCheckRun(explainFault(error), { ...clients, head: head.sha, now });
}
