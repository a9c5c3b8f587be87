import type { ContractFacts } from "../facts.ts";
import type { Address } from "../protocol/hex.ts";
import type { Known } from "./known.ts";

/** Who alone can send what carries the approval (protocol §3): gates, and authorities in the signers' place. */
export function findSenders(contracts: readonly ContractFacts[]): readonly Address[] {
  const senders = contracts.flatMap(({ onChain }) => {
    const { authority, gate, isAccepted } = onChain?.rules ?? {};
    return (isAccepted ? authority : gate) ?? [];
  });
  return [...new Set(senders)];
}

/** The gate that none of our relayers is: then somebody else has to send it. */
export function findGate({ chain, contracts }: Pick<Known, "chain" | "contracts">): Address | undefined {
  return findSenders(contracts).find((sender) => !chain.relayers?.includes(sender));
}

/** The records whose authority rules: their signers' word counts for nothing. */
export function findRuled(contracts: readonly ContractFacts[]): readonly { contract: Address; authority: Address }[] {
  return contracts.flatMap(({ contract, onChain }) => {
    const { authority, isAccepted } = onChain?.rules ?? {};
    return isAccepted && authority ? [{ contract: contract.address, authority }] : [];
  });
}

/** The longest of the records' delays, in seconds; zero: the approval is finalized in one step. */
export function findDelay(contracts: readonly ContractFacts[]): number {
  return Math.max(0, ...contracts.map(({ onChain }) => onChain?.rules.delay ?? 0));
}
