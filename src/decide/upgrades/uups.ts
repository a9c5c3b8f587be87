import type { BuildFacts, RecordFacts } from "../../facts.ts";
import type { PolicyContract } from "../../policy.ts";
import { toAcceptanceCall, toUpgradeCall } from "../../protocol/proxy-calls.ts";
import type { UpgradePlan } from "./plan.ts";

/** UUPS (ERC-1822): the proxy itself is told its new implementation; what it calls of it comes with its issue. */
export function planUups(
  { address }: PolicyContract,
  build: Extract<BuildFacts, { kind: "built" }>,
  { acceptsOwnership }: Pick<RecordFacts, "acceptsOwnership">,
): UpgradePlan {
  return {
    buildHash: build.buildHash,
    code: [{ account: build.implementation, codeHash: build.codeHash }],
    calls: [...(acceptsOwnership ? [toAcceptanceCall(address)] : []), toUpgradeCall(address, build.implementation)],
  };
}
