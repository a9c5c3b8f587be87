import { concat, keccak256 } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  deployerAddress,
  hashCode,
  maxInitcodeLength,
  toCodeProbe,
  toDeploymentData,
  toImplementationAddress,
} from "../../src/protocol/bytecode.ts";
import type { Bytes32, Hex } from "../../src/protocol/hex.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";

const salt: Bytes32 = `0x${"5a".repeat(32)}`;

/** Leaves its own address, in 32 bytes, as code: what no other address would leave. */
const leavesAddress: Hex = "0x3060005260206000f3";

/** Leaves the bytes as code. */
function leave(code: string, length = code.length / 2): Hex {
  const size = length.toString(16).padStart(4, "0");
  return `0x61${size}80600a3d393df3${code.padEnd(length * 2, "0")}`;
}

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(() => anvil.stop());

function probe(initcode: Hex): Promise<Hex> {
  return anvil.provider.send("eth_call", [{ data: toCodeProbe(salt, initcode) }, "latest"]);
}

async function deploy(initcode: Hex): Promise<Hex> {
  const data = toDeploymentData(salt, initcode);
  const { hash } = await anvil.accounts[0].sendTransaction({ to: deployerAddress, data, gasLimit: 16_000_000 });
  await expect.poll(() => anvil.provider.getTransactionReceipt(hash)).not.toBeNull();
  return (await anvil.provider.getCode(toImplementationAddress(salt, initcode))) as Hex;
}

describe("the deterministic deployment", () => {
  it("stands where EIP-1014 says", () => {
    const zero: Bytes32 = `0x${"0".repeat(64)}`;
    const hash = keccak256(concat(["0xff", deployerAddress, zero, keccak256("0x00")]));
    expect(toImplementationAddress(zero, "0x00").toLowerCase()).toBe(`0x${hash.slice(26)}`);
  });
});

describe("the probe", () => {
  it("tells the code before and after its deployment, made at its real address", async () => {
    const address = toImplementationAddress(salt, leavesAddress);
    const expected = `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;
    expect(await probe(leavesAddress)).toBe(expected);
    expect(await anvil.provider.getCode(address)).toBe("0x");
    expect(await deploy(leavesAddress)).toBe(expected);
    expect(await probe(leavesAddress)).toBe(expected);
  });

  it("tells the largest code that a chain takes", async () => {
    const largest = leave("00", 24_576);
    expect(await probe(largest)).toBe(await deploy(largest));
  });

  const failing: [string, Hex][] = [
    ["the constructor reverts", "0x60006000fd"],
    ["the constructor takes all gas", "0x5b600056"],
    ["the code begins with 0xef (EIP-3541)", leave("ef00")],
    ["the code is larger than EIP-170 allows", leave("00", 24_577)],
    ["there is no code", "0x00"],
  ];
  it.each(failing)("is empty where %s", async (_, initcode) => {
    expect(await probe(initcode)).toBe("0x");
    expect(await deploy(initcode)).toBe("0x");
  });

  it("is empty where the deployer is not there", async () => {
    await using bare = await startAnvil({ args: ["--disable-default-create2-deployer"] });
    expect(await bare.provider.send("eth_call", [{ data: toCodeProbe(salt, leavesAddress) }, "latest"])).toBe("0x");
  });

  it("takes creation code until it would be longer than EIP-3860 allows", async () => {
    const room = maxInitcodeLength - 97 - 32;
    expect(await probe(`0x60016000f3${"00".repeat(room - 5)}`)).toBe("0x00");
    expect(() => toCodeProbe(salt, `0x${"00".repeat(room + 1)}`)).toThrow(
      expect.objectContaining({ code: "BUILD_FAILED", message: expect.stringMatching(`${room} .*found ${room + 1}`) }),
    );
  });
});

describe("the code hash", () => {
  it("is keccak256 of the code", () => {
    expect(hashCode("0x6000")).toBe(keccak256("0x6000"));
  });

  it.each(["0x", "0xef00", "0xEF0100"] as const)("is refused for %s", (code) => {
    expect(() => hashCode(code)).toThrow(expect.objectContaining({ code: "BUILD_FAILED" }));
  });
});
