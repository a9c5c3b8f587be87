import { Interface } from "ethers";
import type { Call } from "./approval.ts";
import type { Address, Hex } from "./hex.ts";

const proxyInterface = new Interface([
  "function acceptOwnership()",
  "function upgradeToAndCall(address newImplementation, bytes data) payable",
]);

/** Takes over a proxy that is handed over in two steps (protocol §3, Register). */
export function toAcceptanceCall(proxy: Address): Call {
  return toCall(proxy, "acceptOwnership");
}

/** UUPS (ERC-1822): the proxy itself is told its new implementation. */
export function toUpgradeCall(proxy: Address, implementation: Address): Call {
  return toCall(proxy, "upgradeToAndCall", [implementation, "0x"]);
}

/** A call as its function and arguments; undefined where it is none of those above. */
export function parseProxyCall({
  data,
}: Call): { readonly name: string; readonly args: readonly string[] } | undefined {
  try {
    const parsed = proxyInterface.parseTransaction({ data });
    return parsed ? { name: parsed.name, args: parsed.args.map(String) } : undefined;
  } catch {
    return undefined;
  }
}

function toCall(target: Address, name: string, args: readonly unknown[] = []): Call {
  return { target, value: 0n, minGas: 0n, data: proxyInterface.encodeFunctionData(name, args) as Hex };
}
