import { toRejectData } from "../protocol/registry-calls.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { RejectOrder } from "../verdict.ts";
import { type ChainClients, ensureStep, type Outcome } from "./ensure-step.ts";

/**
 * Brings posted rejections to the chain, where enough of them end what is scheduled. What is dead there already is never
 * ordered, and a second one would change nothing.
 */
export function ensureRejected(order: RejectOrder, clients: ChainClients): Promise<Outcome> {
  const { contract, proposal, signatures } = order;
  const { approval, digest } = proposal;
  const rejection = { digest, deadline: approval.deadline };
  return ensureStep(
    {
      purpose: `reject ${contract} ${digest}`,
      data: toRejectData(contract, rejection, packSignatures(signatures)),
      findDone: async () => undefined,
      findMissing: (receipt) =>
        clients.registry.parseRejected(receipt).some((one) => one.contract === contract && one.digest === digest)
          ? []
          : [`the end of ${digest}`],
    },
    clients,
  );
}
