import type { Result } from "ethers";
import { failure } from "../../errors.ts";
import { type Address, type Bytes32, toAddress, toBytes32 } from "../../protocol/hex.ts";
import { byAddress, type ContractRecord, maxSigners } from "../../protocol/record.ts";

/**
 * The record out of the answer of `record(address)`, or undefined where nothing is registered.
 *
 * @throws CHAIN_UNREACHABLE for an answer that the registry cannot give: with no signatures needed, everything would
 * seem approved
 */
export function parseRecordAnswer(contractAddress: Address, answer: Result): ContractRecord | undefined {
  const version = Number(answer.version);
  if (version === 0) return undefined;
  const signers = [...(answer.signers as Iterable<string>)].map(toAddress);
  const minSignatures = Number(answer.minSignatures);
  const bits = Number(answer.contractSigners);
  const ascending = signers.every((signer, i) => i === 0 || byAddress(signers[i - 1] ?? signer, signer) < 0);
  const possible = signers.length <= maxSigners && minSignatures >= 1 && minSignatures <= signers.length && ascending;
  if (!possible || !Number.isSafeInteger(version)) {
    throw failure("CHAIN_UNREACHABLE", `the RPC answered with a record of ${contractAddress} that cannot be`);
  }
  return {
    contractAddress,
    contractHash: toBytes32(String(answer.contractHash)) as Bytes32,
    contractLink: String(answer.contractLink),
    signers,
    contractSigners: signers.filter((_, i) => (bits >>> i) % 2 === 1),
    minSignatures,
    version,
  };
}
