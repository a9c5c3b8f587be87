import type { Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import { failure } from "../errors.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import type { RecordDraft } from "../protocol/record.ts";
import { toRegisterData } from "../protocol/registry-calls.ts";

/**
 * Registers a contract, unless a simulation says that the registry would refuse.
 *
 * @throws REGISTRATION_REFUSED in the registry's words; nothing is sent
 */
export async function ensureRegistered(
  draft: RecordDraft,
  { registry, relayer }: { readonly registry: Registry; readonly relayer: Relayer },
): Promise<Bytes32> {
  const simulation = await registry.simulateRegister(relayer.address, draft);
  if (simulation.kind === "refused")
    throw failure("REGISTRATION_REFUSED", `the registry refuses: ${simulation.message}`);
  const data = toRegisterData(draft);
  const purpose = `register ${draft.contractAddress}`;
  return (await relayer.send({ purpose, to: registry.address, data })).transaction;
}
