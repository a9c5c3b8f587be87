import { describe, expect, it } from "vitest";
import { toStandardInput } from "../../src/protocol/standard-json.ts";

const sources = new Map([["contracts/Vault.sol", "contract Vault {}"]]);

describe("settings that a compiler may be given", () => {
  it("are passed on, with the outputs that we read", () => {
    const settings = { viaIR: true, remappings: ["@oz/=contracts/lib/oz/"], metadata: { bytecodeHash: "none" } };
    const input = toStandardInput(sources, settings);
    expect(input.sources).toEqual({ "contracts/Vault.sol": { content: "contract Vault {}" } });
    expect(input.settings).toMatchObject(settings);
  });
});

describe("settings that a compiler may not be given", () => {
  it.each(["outputSelection", "stopAfter", "modelChecker", "libraries", "experimental", "eofVersion", "viaSSACFG"])(
    "%s is refused",
    (key) => {
      expect(() => toStandardInput(sources, { [key]: {} })).toThrow(
        expect.objectContaining({ code: "BUILD_FAILED", problems: [expect.objectContaining({ subject: key })] }),
      );
    },
  );

  it.each(["@oz/=/usr/lib/oz/", "@oz/=../oz/", "a:@oz/=contracts/../../oz"])(
    "the remapping %s is refused",
    (remapping) => {
      expect(() => toStandardInput(sources, { remappings: [remapping] })).toThrow(
        expect.objectContaining({ code: "BUILD_FAILED" }),
      );
    },
  );

  it("are told all at once, with the paths", () => {
    const outside = new Map([["../Vault.sol", ""]]);
    expect(() => toStandardInput(outside, { stopAfter: "parsing", remappings: ["a=/b"] })).toThrow(
      expect.objectContaining({
        problems: ["../Vault.sol", "stopAfter", "remappings"].map((subject) => expect.objectContaining({ subject })),
      }),
    );
  });
});
