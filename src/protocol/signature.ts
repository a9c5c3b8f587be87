import { concat, dataLength, dataSlice, getBytes, N, recoverAddress, toBeHex, zeroPadValue } from "ethers";
import { failure } from "../errors.ts";
import { type Address, type Bytes32, type Hex, isHex, toAddress } from "./hex.ts";
import { byAddress } from "./record.ts";

/** One signer's signature: an account's is r‖s‖v; a contract's is whatever its ERC-1271 check takes. */
export interface SignerSignature {
  readonly signer: Address;
  readonly kind: "account" | "contract";
  readonly signature: Hex;
}

/** The longest signature of a contract that a post may carry, in bytes. */
export const maxContractSignature = 8192;

const halfOrder = N / 2n;

/**
 * Accepts exactly what the registry accepts from an account: 65 bytes, v 27 or 28, low s (protocol §3).
 * A library's default reading is wider, and a bot that uses it turns green on what reverts at finalize.
 *
 * @throws SIGNATURE_INVALID
 */
export function parseAccountSignature(text: string): Hex {
  const problem = findFormProblem(text);
  if (problem) throw failure("SIGNATURE_INVALID", problem);
  return text.toLowerCase() as Hex;
}

/**
 * Turns what a wallet or device returns (v 0/1, 64-byte EIP-2098) into the canonical form. High s is refused.
 * Only for what the signer's own wallet has just returned, never for a post.
 *
 * @throws SIGNATURE_INVALID
 */
export function toCanonicalSignature(wallet: string): Hex {
  if (isHex(wallet, 64)) {
    const s = BigInt(dataSlice(wallet, 32, 64));
    const parity = s >> 255n;
    const low = s & ((1n << 255n) - 1n);
    return parseAccountSignature(concat([dataSlice(wallet, 0, 32), toBeHex(low, 32), toBeHex(27n + parity, 1)]));
  }
  if (!isHex(wallet, 65)) return parseAccountSignature(wallet);
  const v = getBytes(wallet)[64] ?? 0;
  return parseAccountSignature(concat([dataSlice(wallet, 0, 64), toBeHex(v < 2 ? v + 27 : v, 1)]));
}

/** The account that signed the digest, or undefined where the curve has no point for the signature. */
export function recoverSigner(digest: Bytes32, signature: Hex): Address | undefined {
  try {
    return toAddress(recoverAddress(digest, signature));
  } catch {
    return undefined;
  }
}

/** The one `bytes` that `finalize` takes: entries in strictly ascending order of signer (protocol §3). */
export function packSignatures(signatures: readonly SignerSignature[]): Hex {
  const entries = [...signatures].sort((left, right) => byAddress(left.signer, right.signer)).map(toEntry);
  return concat(entries) as Hex;
}

function toEntry({ signer, kind, signature }: SignerSignature): string {
  if (kind === "account") return signature;
  return concat([zeroPadValue(signer, 32), toBeHex(dataLength(signature), 32), "0x00", signature]);
}

function findFormProblem(text: string): string | undefined {
  if (!isHex(text)) return "expected 0x and hex digits";
  if (dataLengthOf(text) !== 65) return `expected 65 bytes, found ${dataLengthOf(text)}`;
  const v = getBytes(text)[64];
  if (v !== 27 && v !== 28) return `expected v 27 or 28, found ${v}`;
  if (BigInt(dataSlice(text, 32, 64)) > halfOrder)
    return "expected s in the lower half of the curve order, found high s";
  return undefined;
}

function dataLengthOf(text: string): number {
  return (text.length - 2) / 2;
}
