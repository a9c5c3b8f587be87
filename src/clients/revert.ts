import { type CallExceptionError, Interface } from "ethers";
import { registryAbi } from "../protocol/registry-abi.ts";

const registry = new Interface(registryAbi);

/** A reason is somebody else's text: enough of it to be read. */
const maxText = 200;

/** How nodes word an execution that failed without return data; they give it no code of its own. */
const executionFailure =
  /revert|opcode|out of gas|OutOfGas|EVM error|VM execution|stack (underflow|limit)|jump dest|code size|initcode size|0xef/i;

/**
 * Whether the contract failed, and not the node: ethers calls every error that `eth_call` answers a call exception,
 * also "header not found" and "rate limit exceeded". Code 3 is a revert; -32015 is Nethermind's.
 */
export function isRevert({ data, info }: CallExceptionError): boolean {
  const { code, message } = Object((info as { error?: unknown } | undefined)?.error) as Record<string, unknown>;
  return data !== null || code === 3 || code === -32015 || executionFailure.test(String(message));
}

/**
 * What a contract reverted with, in words: `QuorumNotReached(contractAddress: 0x…, found: 5, expected: 6)`. The reason
 * inside the registry's `CallReverted` is read in the same way. Data that no known error explains stays hex.
 */
export function toRevertMessage(data: string | null): string {
  if (data === null || data === "0x") return "reverted without a reason";
  const error = parseError(data);
  if (!error) return `reverted with ${toPrintable(data)}`;
  const args = error.fragment.inputs.map(({ name }, index) => {
    const value: unknown = error.args[index];
    const text = error.name === "CallReverted" && name === "reason" ? toRevertMessage(String(value)) : toText(value);
    return name === "" ? text : `${name}: ${text}`;
  });
  return `${error.name}(${args.join(", ")})`;
}

/** One line of at most 200 characters, without control characters. */
export function toPrintable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > maxText ? `${line.slice(0, maxText)}…` : line;
}

function parseError(data: string) {
  try {
    const error = registry.parseError(data);
    // Malformed arguments throw only when they are looked at.
    error?.args.toArray(true);
    return error;
  } catch {
    return null;
  }
}

function toText(value: unknown): string {
  const text = toPrintable(String(value));
  return typeof value === "string" && !value.startsWith("0x") ? JSON.stringify(text) : text;
}
