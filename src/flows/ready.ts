import { toDeployTransaction, toFinalizeTransaction } from "../clients/registry/transactions.ts";
import type { Registry } from "../clients/registry.ts";
import type { FinalizeOrder, ReadyTransaction } from "../verdict.ts";

/**
 * What anybody may send for these orders: the bytes that a relayer would, in their order. Implementations that stand
 * already are left out.
 *
 * @throws CHAIN_UNREACHABLE and the like
 */
export async function readReady(
  orders: readonly FinalizeOrder[],
  registries: ReadonlyMap<number, Registry>,
): Promise<ReadyTransaction[]> {
  return (await Promise.all(orders.map((order) => toTransactions(order, registries)))).flat();
}

async function toTransactions(
  order: FinalizeOrder,
  registries: ReadonlyMap<number, Registry>,
): Promise<ReadyTransaction[]> {
  const { chainId } = order.proposal.domain;
  const missing = await Promise.all(
    order.deployments.map(async (deployment) => (await registries.get(chainId)?.readCode(deployment.account)) === "0x"),
  );
  const deployments = order.deployments.filter((_, index) => missing[index]);
  return [...deployments.map((one) => toDeployTransaction(one, chainId)), toFinalizeTransaction(order)];
}
