import { toScheduleData } from "../protocol/registry-calls.ts";
import { packSignatures } from "../protocol/signature.ts";
import type { FinalizeOrder } from "../verdict.ts";
import { type ChainClients, ensureStep, type Outcome, toRange } from "./ensure-step.ts";

/** Sees to it that the approval's delay has begun, by whomever. As `ensureStep`. */
export function ensureScheduled({ proposal, signatures }: FinalizeOrder, clients: ChainClients): Promise<Outcome> {
  const { registry } = clients;
  const { approval, digest } = proposal;
  return ensureStep(
    {
      purpose: `schedule ${digest}`,
      data: toScheduleData(approval, packSignatures(signatures)),
      async findDone() {
        const { number } = await registry.readHead();
        const { status } = await registry.readSchedule(digest, number);
        if (status === "none") return undefined;
        const found = await registry.readSchedulings({ digest, ...(await toRange(registry, proposal)) });
        return found.at(-1)?.transaction;
      },
      findMissing: (receipt) => (registry.parseScheduled(receipt).includes(digest) ? [] : [`that ${digest} waits`]),
    },
    clients,
  );
}
