import type { Result } from "ethers";
import type { ChainScheduleFacts, Rules } from "../../facts.ts";
import { type Address, type Bytes32, toAddress, zeroAddress } from "../../protocol/hex.ts";

/** How a record is governed, and what waits or was said against it (protocol §3, Governance), at one block. */
export interface Governance {
  /** All off where nothing is registered. */
  readRules(contract: Address, block: number): Promise<Rules>;
  /** Unix seconds: before it nothing but rotations happens to the record. Zero: it was never paused. */
  readPausedUntil(contract: Address, block: number): Promise<number>;
  readSchedule(digest: Bytes32, block: number): Promise<ChainScheduleFacts>;
  /** Whether something that is scheduled for the record can still come. */
  readExitOpen(contract: Address, block: number): Promise<boolean>;
  /** Bit i: signer i of the record rejected, or revoked, the digest for its next version. */
  readVotes(contract: Address, digest: Bytes32, block: number): Promise<VoteBits>;
}

export interface VoteBits {
  readonly rejected: number;
  readonly revoked: number;
}

/** Asks a view function of the registry. */
export type View = (name: string, args: readonly unknown[], block?: number) => Promise<Result>;

const statuses = ["none", "waiting", "cancelled", "executed"] as const;

export function openGovernance(view: View): Governance {
  return {
    async readRules(contract, block) {
      const { authority, guardian, gate, delay, commitReveal, accepted } = (
        await view("rulesOf", [contract], block)
      )[0];
      return {
        ...{ authority: toParty(authority), guardian: toParty(guardian), gate: toParty(gate) },
        ...{ delay: Number(delay), commitReveal: Boolean(commitReveal), isAccepted: Boolean(accepted) },
      };
    },
    readPausedUntil: async (contract, block) => Number((await view("pauseOf", [contract], block))[0].until),
    async readSchedule(digest, block) {
      const { status, slack } = await view("scheduled", [digest], block);
      return { status: statuses[Number(status)] ?? "none", slack: Number(slack) };
    },
    readExitOpen: async (contract, block) => Boolean((await view("exitOpen", [contract], block))[0]),
    async readVotes(contract, digest, block) {
      const { rejected, revoked } = await view("votesOf", [contract, digest], block);
      return { rejected: Number(rejected), revoked: Number(revoked) };
    },
  };
}

function toParty(account: string): Address | undefined {
  const address = toAddress(account);
  return address === zeroAddress ? undefined : address;
}
