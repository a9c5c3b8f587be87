import { ZeroAddress, ZeroHash } from "ethers";
import type { Address } from "../../src/protocol/hex.ts";
import { deployPart, mustSend, readPart } from "./artifacts.ts";
import type { Safe, SafeCall } from "./safe.ts";
import type { Stage } from "./stage.ts";

/** OpenZeppelin's TimelockController: a Safe proposes, anyone executes. Every method answers gas. */
export interface Timelock {
  readonly address: Address;
  schedule(calls: readonly SafeCall[]): Promise<number>;
  execute(calls: readonly SafeCall[]): Promise<number>;
}

export async function openTimelock(
  { sender }: Stage,
  { safe, seconds }: { readonly safe: Safe; readonly seconds: number },
): Promise<Timelock> {
  const part = readPart("TimelockController.sol");
  const address = await deployPart(sender, part, [seconds, [safe.address], [ZeroAddress], ZeroAddress]);
  const toBatch = (calls: readonly SafeCall[]) => [
    calls.map(({ to }) => to),
    calls.map(() => 0),
    calls.map(({ data }) => data),
    ZeroHash,
    ZeroHash,
  ];
  return {
    address,
    schedule(calls) {
      const data = part.calls.encodeFunctionData("scheduleBatch", [...toBatch(calls), seconds]);
      return safe.execute([{ to: address, data }]);
    },
    async execute(calls) {
      const data = part.calls.encodeFunctionData("executeBatch", toBatch(calls));
      return Number((await mustSend(sender, { to: address, data })).gasUsed);
    },
  };
}
