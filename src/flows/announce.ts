import { ensureAnnounced } from "../act/ensure-announced.ts";
import { decideAnnouncements } from "../decide/announcement.ts";
import type { PullFacts } from "../facts.ts";
import type { AnnounceOrder, PullVerdict } from "../verdict.ts";
import type { BotClients } from "./merge.ts";

/**
 * Announces what the configuration asks for, on each chain whatever happens on the others.
 *
 * @throws the first fault, once all were tried
 */
export async function announcePull(facts: PullFacts, verdict: PullVerdict, clients: BotClients): Promise<void> {
  const orders = decideAnnouncements(facts, verdict);
  const ends = await Promise.allSettled(orders.map((order) => announce(order, clients)));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}

async function announce(order: AnnounceOrder, { registries, relayers }: BotClients): Promise<void> {
  const { chainId } = order.proposal.domain;
  const registry = registries.get(chainId);
  const relayer = relayers.get(chainId);
  if (registry && relayer) await ensureAnnounced(order, { registry, relayer });
}
