import { AbiCoder, concat } from "ethers";
import { ensureImplementation } from "../act/ensure-implementation.ts";
import type { Chain } from "../clients/chain.ts";
import { openRegistry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import { toImplementationAddress } from "../protocol/bytecode.ts";
import { type Address, type Hex, zeroAddress, zeroHash } from "../protocol/hex.ts";
import { registryBytecode } from "../protocol/registry-abi.ts";

export interface DeployedRegistry {
  readonly address: Address;
  /** Whether it stood there before. */
  readonly stood: boolean;
}

/** Where the registry of this curator stands, or would: the same on every chain. */
export function toRegistryAddress(curator: Address = zeroAddress): Address {
  return toImplementationAddress(zeroHash, toRegistryInitcode(curator));
}

/** Deploys the registry through the deterministic deployer, unless it stands there already. */
export async function deployRegistry(
  curator: Address = zeroAddress,
  { chain, relayer }: { readonly chain: Chain; readonly relayer: Relayer },
): Promise<DeployedRegistry> {
  const address = toRegistryAddress(curator);
  const registry = openRegistry(chain, address);
  if ((await registry.readCode(address)) !== "0x") return { address, stood: true };
  const deployment = { salt: zeroHash, initcode: toRegistryInitcode(curator), account: address };
  await ensureImplementation(deployment, { registry, relayer });
  return { address, stood: false };
}

function toRegistryInitcode(curator: Address): Hex {
  return concat([registryBytecode, AbiCoder.defaultAbiCoder().encode(["address"], [curator])]) as Hex;
}
