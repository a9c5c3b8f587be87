import { describe, expect, it } from "vitest";
import { findImplementation } from "../../src/observe/implementation.ts";
import type { CompiledContract } from "../../src/protocol/compilation.ts";

const vault: CompiledContract = {
  path: "contracts/Vault.sol",
  name: "Vault",
  initcode: "60006000f3",
  codeLength: 0,
  libraries: [],
  functions: ["proxiableUUID()", "upgradeToAndCall(address,bytes)"],
  parameters: [],
  payable: false,
  instructions: ["PUSH", "RETURN"],
};

describe("findImplementation", () => {
  it("finds the only one that can be it", () => {
    const others = [
      { ...vault, name: "Plain", functions: [] },
      { ...vault, name: "Abstract", initcode: "" },
    ];
    expect(findImplementation([...others, vault], undefined)).toBe(vault);
  });

  it("refuses a contract whose constructor the compiler does not tell", () => {
    expect(() => findImplementation([{ ...vault, instructions: undefined }], undefined)).toThrow(
      expect.objectContaining({
        code: "BUILD_FAILED",
        message: "expected the compiler to tell the instructions of contracts/Vault.sol:Vault, found none",
      }),
    );
  });

  it("tells everything that keeps the chosen one from being deployed", () => {
    const bad = { ...vault, functions: [], parameters: ["uint256"], libraries: ["L"], instructions: undefined };
    expect(() => findImplementation([bad], "Vault")).toThrow(
      expect.objectContaining({ problems: Array.from({ length: 5 }, () => expect.anything()) }),
    );
  });
});
