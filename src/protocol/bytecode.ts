import { concat, dataLength, getCreate2Address, keccak256, toBeHex } from "ethers";
import { failure } from "../errors.ts";
import { type Address, type Bytes32, type Hex, toBytes32 } from "./hex.ts";

/** The deterministic deployer, at one address on every chain: it makes a CREATE2 of salt ‖ initcode, for anybody. */
export const deployerAddress: Address = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

/** The most bytes of code that a contract may have (EIP-170), and of creation code that makes it (EIP-3860). */
export const maxCodeLength = 24_576;
export const maxInitcodeLength = 49_152;

/** Where the initcode's contract stands, or would, on every chain (EIP-1014, protocol §4). */
export function toImplementationAddress(salt: Bytes32, initcode: Hex): Address {
  return getCreate2Address(deployerAddress, salt, keccak256(initcode)) as Address;
}

/** What a transaction to the deployer carries. */
export function toDeploymentData(salt: Bytes32, initcode: Hex): Hex {
  return concat([salt, initcode]) as Hex;
}

/**
 * Creation code that answers, by one `eth_call` without `to`, with the code that stands at the CREATE2 address or would
 * after a deployment, and sends nothing. The code is made at its real address, so immutables that hold `address(this)`
 * have their true value. The answer is empty where there is no code and the deployment fails: a revert could be taken
 * for a fault of the node.
 *
 * @throws BUILD_FAILED where the probe is longer than EIP-3860 lets creation code be
 */
export function toCodeProbe(salt: Bytes32, initcode: Hex): Hex {
  const data = toDeploymentData(salt, initcode);
  const program = toProbeProgram(dataLength(data), toImplementationAddress(salt, initcode));
  const probe = concat([program, data]) as Hex;
  const excess = dataLength(probe) - maxInitcodeLength;
  if (excess <= 0) return probe;
  const [found, expected] = [dataLength(initcode), dataLength(initcode) - excess];
  throw failure("BUILD_FAILED", `expected at most ${expected} bytes of creation code (EIP-3860), found ${found}`);
}

/**
 * The hash that `Code` names for this code.
 *
 * @throws BUILD_FAILED for what the registry refuses: no code, or code that begins with 0xef (a designator of EIP-7702)
 */
export function hashCode(code: Hex): Bytes32 {
  if (code === "0x") throw failure("BUILD_FAILED", "expected code, found none");
  if (/^0xef/i.test(code)) throw failure("BUILD_FAILED", `expected code of a contract, found ${code.slice(0, 8)}…`);
  return toBytes32(keccak256(code));
}

const programLength = 97;

/** Nothing newer than Byzantium, so that it runs on every chain. */
function toProbeProgram(length: number, address: Address): Hex {
  const size = toBeHex(length, 3);
  return concat([
    // CODECOPY(to 0, from the end of this program, length): salt ‖ initcode
    ...["0x62", size, "0x60", toBeHex(programLength), "0x6000", "0x39"],
    // CALL(all gas, deployer, no value, memory 0…length, no room for the answer)
    ...["0x6000", "0x6000", "0x62", size, "0x6000", "0x6000", "0x73", deployerAddress, "0x5a", "0xf1"],
    // POP: whether it succeeded does not matter, since it also fails where the code stands already
    "0x50",
    // EXTCODESIZE(address), kept for RETURN
    ...["0x73", address, "0x3b"],
    // EXTCODECOPY(address, to 0, from 0, size)
    ...["0x80", "0x6000", "0x6000", "0x73", address, "0x3c"],
    // RETURN(0, size)
    ...["0x6000", "0xf3"],
  ]) as Hex;
}
