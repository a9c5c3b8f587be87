import { ensureDeployment } from "../act/ensure-deployment.ts";
import { ensureFinalized } from "../act/ensure-finalized.ts";
import { ensureImplementation } from "../act/ensure-implementation.ts";
import type { Relayer } from "../clients/relayer.ts";
import { decideMerge } from "../decide/merge.ts";
import { decideUnsent } from "../decide/unsent.ts";
import { explainDeployments } from "../explain/deployment.ts";
import type { AppIdentity, FinalizeRefusal, PullFacts, PullRef } from "../facts.ts";
import { observePull, type PullObservation, type Sources } from "../observe/pull.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import type { FinalizeOrder, PullVerdict } from "../verdict.ts";
import { judgePull } from "./judge.ts";
import { readReady } from "./ready.ts";
import { tellPull } from "./tell.ts";

/** What a flow of the bot works with: what it reads from, who it is, who pays. */
export interface BotClients extends Sources {
  readonly app: AppIdentity;
  /** By chain id. */
  readonly relayers: ReadonlyMap<number, Relayer>;
  /** Where people look a transaction up, if the chain's setting says so. */
  toTransactionUrl(chainId: number, transaction: Bytes32): string | undefined;
}

/**
 * After the merge: finalizes what is ready, looks at the world again, and tells how it came out, on the pull request
 * and as deployments on the landed commit.
 */
export async function mergePull(
  observed: PullObservation,
  verdict: PullVerdict,
  { clients, now }: { readonly clients: BotClients; readonly now: number },
): Promise<PullVerdict> {
  const orders = decideMerge(observed.facts, verdict).filter((order) => isRelayed(order, clients));
  if (orders.length === 0) return tellMerge(observed, await offerUnsent(observed.facts, verdict, clients), clients);
  const refusals: FinalizeRefusal[] = [];
  for (const order of orders) refusals.push(...(await finalize(order, clients)));
  const after = await observeAgain(observed.facts.pull, { clients, now, refusals });
  const judged = await judgePull(after.facts, clients.registries);
  return tellMerge(after, await offerUnsent(after.facts, judged, clients), clients);
}

/** On chains without a relayer the bot only says what is to be sent. */
async function offerUnsent(facts: PullFacts, verdict: PullVerdict, clients: BotClients): Promise<PullVerdict> {
  const orders = decideMerge(facts, verdict).filter((order) => !isRelayed(order, clients));
  return decideUnsent(verdict, await readReady(orders, clients.registries));
}

function isRelayed({ proposal }: FinalizeOrder, { relayers }: BotClients): boolean {
  return relayers.has(proposal.domain.chainId);
}

async function finalize(order: FinalizeOrder, { registries, relayers }: BotClients): Promise<FinalizeRefusal[]> {
  const { chainId } = order.proposal.domain;
  const registry = registries.get(chainId);
  const relayer = relayers.get(chainId);
  if (!registry || !relayer) return [];
  for (const deployment of order.deployments) await ensureImplementation(deployment, { registry, relayer });
  const outcome = await ensureFinalized(order, { registry, relayer });
  return outcome.kind === "refused" ? [{ digest: order.proposal.digest, message: outcome.message }] : [];
}

async function observeAgain(
  ref: PullRef,
  { clients, now, refusals }: { clients: BotClients; now: number; refusals: FinalizeRefusal[] },
): Promise<PullObservation> {
  const { facts, sticky } = await observePull(ref, clients, now);
  return { facts: { ...facts, refusals }, sticky };
}

async function tellMerge(observed: PullObservation, verdict: PullVerdict, clients: BotClients): Promise<PullVerdict> {
  await tellPull(observed, verdict, clients);
  const { landed, url } = observed.facts.pull;
  if (landed === undefined) return verdict;
  for (const words of verdict.proposals.flatMap(explainDeployments)) {
    const { chainId, transaction } = words.payload;
    const logUrl = clients.toTransactionUrl(chainId, transaction) ?? `${url}#${transaction}`;
    await ensureDeployment(words, { github: clients.github, landed, logUrl });
  }
  return verdict;
}
