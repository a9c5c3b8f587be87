import { AbiCoder, concat, Interface, id } from "ethers";
import { describe, expect, it } from "vitest";
import { toRevertMessage } from "../../src/clients/revert.ts";
import { registryAbi } from "../../src/protocol/registry-abi.ts";

const registry = new Interface(registryAbi);
const account = "0x00000000000000000000000000000000000000AA";

function toErrorString(text: string): string {
  return concat([id("Error(string)").slice(0, 10), AbiCoder.defaultAbiCoder().encode(["string"], [text])]);
}

describe("words for what a contract reverted with", () => {
  const cases: [string, string | null, string][] = [
    ["nothing", null, "reverted without a reason"],
    ["empty data", "0x", "reverted without a reason"],
    ["text", toErrorString("not the owner"), 'Error("not the owner")'],
    [
      "an error of the registry",
      registry.encodeErrorResult("QuorumNotReached", [account, 5, 6]),
      `QuorumNotReached(contractAddress: ${account}, found: 5, expected: 6)`,
    ],
    [
      "an error inside an upgrade call",
      registry.encodeErrorResult("CallReverted", [account, toErrorString("paused")]),
      `CallReverted(target: ${account}, reason: Error("paused"))`,
    ],
    ["an error that nobody knows", "0xdeadbeef", "reverted with 0xdeadbeef"],
    ["a known error cut off", registry.encodeErrorResult("QuorumNotReached", [account, 5, 6]).slice(0, 74), ""],
  ];
  for (const [name, data, words] of cases) {
    it(`reads ${name}`, () => {
      expect(toRevertMessage(data)).toBe(words === "" ? `reverted with ${data}` : words);
    });
  }

  it("keeps somebody else's text on one line and short", () => {
    const words = toRevertMessage(toErrorString(`a\u202e\nb${"x".repeat(5_000)}`));
    expect(words).toMatch(/^Error\("a b(x+)…"\)$/);
    expect(words.length).toBeLessThan(230);
  });
});
