import { AbiCoder, concat } from "ethers";
import { assertDeployer, type Deployment, ensureImplementation } from "../act/ensure-implementation.ts";
import type { Chain } from "../clients/chain.ts";
import { openRegistry, type Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import { toImplementationAddress } from "../protocol/bytecode.ts";
import { type Address, type Hex, zeroAddress, zeroHash } from "../protocol/hex.ts";
import { registryBytecode } from "../protocol/registry-abi.ts";

/** A registry that stands on a chain, or can be deployed there. */
export interface PreparedRegistry {
  readonly registry: Registry;
  readonly deployment: Deployment;
  readonly stands: boolean;
}

/** Where the registry of this curator stands, or would: the same on every chain. */
export function toRegistryAddress(curator: Address = zeroAddress): Address {
  return toDeployment(curator).account;
}

/** The constructor's arguments, as block explorers ask for them. */
export function toConstructorArguments(curator: Address = zeroAddress): Hex {
  return AbiCoder.defaultAbiCoder().encode(["address"], [curator]) as Hex;
}

/** Reads only. @throws DEPLOYER_ABSENT where it does not stand and cannot be deployed */
export async function prepareRegistry(chain: Chain, curator: Address = zeroAddress): Promise<PreparedRegistry> {
  const deployment = toDeployment(curator);
  const registry = openRegistry(chain, deployment.account);
  const stands = (await registry.readCode(deployment.account)) !== "0x";
  if (!stands) await assertDeployer(registry);
  return { registry, deployment, stands };
}

/** Deploys the registry through the deterministic deployer, unless it stands there already. */
export async function deployRegistry({ registry, deployment }: PreparedRegistry, relayer: Relayer): Promise<void> {
  await ensureImplementation(deployment, { registry, relayer });
}

function toDeployment(curator: Address): Deployment {
  const initcode = concat([registryBytecode, toConstructorArguments(curator)]) as Hex;
  return { salt: zeroHash, initcode, account: toImplementationAddress(zeroHash, initcode) };
}
