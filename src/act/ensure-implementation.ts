import type { Registry } from "../clients/registry.ts";
import { CountersignError, failure } from "../errors.ts";
import { deployerAddress, toDeploymentData } from "../protocol/bytecode.ts";
import type { Hex } from "../protocol/hex.ts";
import type { FinalizeOrder } from "../verdict.ts";
import type { ChainClients } from "./ensure-step.ts";

export type Deployment = FinalizeOrder["deployments"][number];

/**
 * Deploys the implementation through the deterministic deployer, unless code stands at its address (protocol §4).
 * Whether that is the signed code is for the registry to say: it compares the code hash.
 *
 * @throws DEPLOYER_ABSENT where the chain has no deterministic deployer
 * @throws CHAIN_REVERTED where the constructor reverts
 */
export async function ensureImplementation(
  deployment: Deployment,
  { registry, relayer, assertDue }: ChainClients,
): Promise<void> {
  const { salt, initcode, account } = deployment;
  const stands = async () => (await registry.readCode(account)) !== "0x";
  if (await stands()) return;
  await assertDeployer(registry);
  const data = toDeploymentData(salt, initcode as Hex);
  try {
    await relayer.send({ purpose: `deploy ${account}`, to: deployerAddress, data, assertDue });
  } catch (error) {
    // Anyone may deploy it, also a moment ago.
    if (error instanceof CountersignError && error.code === "CHAIN_REVERTED" && (await stands())) return;
    throw error;
  }
  if (!(await stands())) throw failure("TRANSACTION_UNKNOWN", `the implementation ${account} is sent, but not there`);
}

/** Without it, a transaction to its address would succeed and deploy nothing. @throws DEPLOYER_ABSENT */
export async function assertDeployer(registry: Registry): Promise<void> {
  if ((await registry.readCode(deployerAddress)) !== "0x") return;
  const { chainId } = registry.domain;
  throw failure(
    "DEPLOYER_ABSENT",
    `expected the deterministic deployer at ${deployerAddress} on chain ${chainId}, found no code`,
  );
}
