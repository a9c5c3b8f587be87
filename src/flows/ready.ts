import type { Registry } from "../clients/registry.ts";
import { toTransactions } from "../decide/unsent.ts";
import type { MergeOrder, ReadyTransaction } from "../verdict.ts";

/**
 * What anybody may send for these orders: the bytes that a relayer would, in their order. Implementations that stand
 * already are left out.
 *
 * @throws CHAIN_UNREACHABLE and the like
 */
export async function readReady(
  orders: readonly MergeOrder[],
  registries: ReadonlyMap<number, Registry>,
): Promise<ReadyTransaction[]> {
  return (await Promise.all(orders.map((order) => withoutStanding(order, registries)))).flatMap(toTransactions);
}

async function withoutStanding(order: MergeOrder, registries: ReadonlyMap<number, Registry>): Promise<MergeOrder> {
  if (order.kind === "reject") return order;
  const registry = registries.get(order.proposal.domain.chainId);
  const missing = await Promise.all(
    order.deployments.map(async ({ account }) => (await registry?.readCode(account)) === "0x"),
  );
  return { ...order, deployments: order.deployments.filter((_, index) => missing[index]) };
}
