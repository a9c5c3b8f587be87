import { ensureDeployment } from "../act/ensure-deployment.ts";
import { ensureExecuted, ensureFinalized } from "../act/ensure-finalized.ts";
import { ensureImplementation } from "../act/ensure-implementation.ts";
import { ensureRejected } from "../act/ensure-rejected.ts";
import { ensureScheduled } from "../act/ensure-scheduled.ts";
import type { ChainClients, Outcome } from "../act/ensure-step.ts";
import type { Relayer } from "../clients/relayer.ts";
import { decideMerge } from "../decide/merge.ts";
import { decideUnsent } from "../decide/unsent.ts";
import { assertUnreachable, failure } from "../errors.ts";
import { explainDeployments } from "../explain/deployment.ts";
import type { AppIdentity, FinalizeRefusal, Pull, PullFacts, PullRef } from "../facts.ts";
import { observePull, observeTalk, type PullObservation, type Sources } from "../observe/pull.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import type { MergeOrder, PullVerdict } from "../verdict.ts";
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
 * Takes the next step on chain where one is due (after the merge, but for what ends a schedule), looks at the world again,
 * and tells how it came out, on the pull request and as deployments on the landed commit.
 */
export async function mergePull(
  observed: PullObservation,
  verdict: PullVerdict,
  { clients, now }: { readonly clients: BotClients; readonly now: number },
): Promise<PullVerdict> {
  const orders = decideMerge(observed.facts, verdict).filter((order) => isRelayed(order, clients));
  if (orders.length === 0) return tellMerge(observed, await offerUnsent(observed.facts, verdict, clients), clients);
  const refusals: FinalizeRefusal[] = [];
  for (const order of orders) refusals.push(...(await carryOut(order, observed.facts.pull, clients)));
  const after = await observeAgain(observed.facts.pull, { clients, now, refusals });
  const judged = await judgePull(after.facts, clients.registries);
  return tellMerge(after, await offerUnsent(after.facts, judged, clients), clients);
}

/** What none of our relayers can send the bot only shows. */
async function offerUnsent(facts: PullFacts, verdict: PullVerdict, clients: BotClients): Promise<PullVerdict> {
  const orders = decideMerge(facts, verdict).filter((order) => !isRelayed(order, clients));
  return decideUnsent(verdict, await readReady(orders, clients.registries));
}

function isRelayed(order: MergeOrder, { relayers }: BotClients): boolean {
  return relayers.has(order.proposal.domain.chainId) && !("from" in order);
}

async function carryOut(order: MergeOrder, pull: Pull, clients: BotClients): Promise<FinalizeRefusal[]> {
  const { chainId } = order.proposal.domain;
  const registry = clients.registries.get(chainId);
  const relayer = clients.relayers.get(chainId);
  if (!registry || !relayer) return [];
  const isRejection = order.kind === "reject";
  const means = { registry, relayer, assertDue: isRejection ? undefined : () => assertTip(pull, clients) };
  for (const deployment of isRejection ? [] : order.deployments) await ensureImplementation(deployment, means);
  const outcome = await take(order, means);
  return outcome.kind === "refused" ? [{ digest: order.proposal.digest, message: outcome.message }] : [];
}

function take(order: MergeOrder, clients: ChainClients): Promise<Outcome> {
  switch (order.kind) {
    case "finalize":
      return ensureFinalized(order, clients);
    case "schedule":
      return ensureScheduled(order, clients);
    case "execute":
      return ensureExecuted(order, clients);
    case "reject":
      return ensureRejected(order, clients);
    default:
      return assertUnreachable(order);
  }
}

/** Right before sending, the tip is still the one that was compared (protocol §6): builds, deployments and other orders take their time. */
async function assertTip({ baseBranch, baseTip }: Pull, { git }: BotClients): Promise<void> {
  const tip = (await git.readBranches([baseBranch])).get(baseBranch) ?? baseTip;
  if (tip !== baseTip) throw failure("TIP_MOVED", `expected ${baseTip} at the tip of the base branch, found ${tip}`);
}

async function observeAgain(
  ref: PullRef,
  { clients, now, refusals }: { clients: BotClients; now: number; refusals: FinalizeRefusal[] },
): Promise<PullObservation> {
  const { facts, sticky } = await observePull(await observeTalk(ref, clients), clients, now);
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
