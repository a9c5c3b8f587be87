import { getAddress, isHexString } from "ethers";

/** `0x` and hex digits. */
export type Hex = `0x${string}`;
/** 20 bytes with the EIP-55 checksum. */
export type Address = Hex;
/** 32 bytes in lower case. */
export type Bytes32 = Hex;

export function isHex(value: unknown, bytes?: number): value is Hex {
  return isHexString(value, bytes ?? true);
}

export function isAddress(value: unknown): value is Address {
  return isHexString(value, 20) && (value === value.toLowerCase() || hasValidChecksum(value));
}

/** The address with its checksum, so that two spellings of one account compare equal. */
export function toAddress(value: string): Address {
  return getAddress(value) as Address;
}

export function toBytes32(value: string): Bytes32 {
  return value.toLowerCase() as Bytes32;
}

export const zeroAddress: Address = "0x0000000000000000000000000000000000000000";
export const zeroHash: Bytes32 = `0x${"0".repeat(64)}`;

function hasValidChecksum(value: string): boolean {
  try {
    return getAddress(value) === value;
  } catch {
    return false;
  }
}
