import type { Address } from "../../src/protocol/hex.ts";
import { deployPart, readPart } from "./artifacts.ts";
import type { Safe, SafeCall } from "./safe.ts";
import type { Move, Stage } from "./stage.ts";

/** What a Safe's owners keep: vaults, and a plain registry of what they run. */
export interface SafeVaults {
  /** The calls that move every vault, and its entry in the registry, by one. */
  nextCalls(): Promise<SafeCall[]>;
  /** Moves them. Answers gas. */
  move(): Promise<number>;
}

export async function openSafeVaults(
  stage: Stage,
  { safe, owner = safe.address, count = 1 }: { readonly safe: Safe; readonly owner?: Address; readonly count?: number },
): Promise<SafeVaults> {
  const plain = readPart("PlainRegistry.sol");
  const registry = await deployPart(stage.sender, plain, [owner]);
  const vaults: Address[] = [];
  for (let index = 0; index < count; index++) vaults.push(await stage.deployVault(owner));

  function toCalls({ contract, contractHash, contractLink, upgrade }: Move): SafeCall[] {
    const data = plain.calls.encodeFunctionData("set", [contract, contractHash, contractLink]);
    return [
      { to: contract, data: upgrade },
      { to: registry, data },
    ];
  }
  async function nextCalls(): Promise<SafeCall[]> {
    const calls: SafeCall[] = [];
    for (const vault of vaults) calls.push(...toCalls(await stage.nextMove(vault)));
    return calls;
  }
  return { nextCalls, move: async () => safe.execute(await nextCalls()) };
}
