import { Interface } from "ethers";
import type { BuildFacts } from "../../facts.ts";
import type { PolicyContract } from "../../policy.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { UpgradePlan } from "./plan.ts";

const proxy = new Interface(["function upgradeToAndCall(address newImplementation, bytes data) payable"]);

/** UUPS (ERC-1822): the proxy itself is told its new implementation; what it calls of it comes with its issue. */
export function planUups(contract: PolicyContract, build: Extract<BuildFacts, { kind: "built" }>): UpgradePlan {
  const data = proxy.encodeFunctionData("upgradeToAndCall", [build.implementation, "0x"]) as Hex;
  return {
    buildHash: build.buildHash,
    code: [{ account: build.implementation, codeHash: build.codeHash }],
    calls: [{ target: contract.address, value: 0n, minGas: 0n, data }],
  };
}
