import { CountersignError } from "../../errors.ts";
import { type Address, type Hex, isHex } from "../../protocol/hex.ts";
import type { Chain } from "../chain.ts";

export interface Question {
  readonly from?: Address;
  /** Absent: `data` is run as initcode, and the answer is the code that it leaves. */
  readonly to?: Address;
  readonly data: Hex;
  readonly gasLimit?: number;
}

/**
 * Runs a call without sending it, at a block or at the newest.
 *
 * @throws CHAIN_REVERTED with the contract's error in words
 */
export async function call(chain: Chain, question: Question, block: number | "latest" = "latest"): Promise<Hex> {
  return (await chain.ask((provider) => provider.call({ ...question, blockTag: block }))) as Hex;
}

/** The answer, or undefined where the contract refused to give one. */
export async function callOrRevert(chain: Chain, question: Question, block?: number): Promise<Hex | undefined> {
  try {
    return await call(chain, question, block);
  } catch (error) {
    if (error instanceof CountersignError && error.code === "CHAIN_REVERTED") return undefined;
    throw error;
  }
}

/** The address in an answer of one word; undefined for anything else. Solidity's own decoder is as strict. */
export function parseAddressWord(answer: Hex | undefined): string | undefined {
  return isHex(answer) && /^0x0{24}[0-9a-f]{40}/i.test(answer) ? `0x${answer.slice(26, 66)}` : undefined;
}
