import { describe, expect, it } from "vitest";
import type { Registry } from "../../src/clients/registry.ts";
import { observeContractSignatures } from "../../src/observe/chain.ts";
import type { Command } from "../../src/protocol/command.ts";
import { toAddress } from "../../src/protocol/hex.ts";
import { post } from "../helpers/facts.ts";

const account = toAddress("0x00000000000000000000000000000000000000aa");
const digests = { sign: `0x${"11".repeat(32)}`, reject: `0x${"22".repeat(32)}` } as const;
const junk = (count: number): Command[] =>
  Array.from({ length: count }, (_, index) => ({ kind: "sign", account, signature: `0x${index + 1000}` }));

/** What was asked of the contracts, all of which accept one signature alone. */
async function ask(posts: Parameters<typeof observeContractSignatures>[0]) {
  const asked: string[] = [];
  const isValidContractSignature: Registry["isValidContractSignature"] = async (_, { signature }) => {
    asked.push(signature);
    return signature === "0xbeef";
  };
  const facts = await observeContractSignatures(posts, {
    registry: { isValidContractSignature },
    block: 1,
    contractSigners: [account],
    digests,
  });
  return { asked, valid: facts.filter(({ valid }) => valid) };
}

describe("a contract among the signers", () => {
  it("is asked once about each signature", async () => {
    const { asked } = await ask([post(junk(3)), post(junk(3), { author: "other" })]);
    expect(asked).toHaveLength(3);
  });

  it.each(["sign", "reject"] as const)(
    "is asked whether it would %s, however much junk was posted before",
    async (kind) => {
      const { asked, valid } = await ask([
        post(junk(200), { author: "dev", trusted: true }),
        post([{ kind, account, signature: "0xbeef" }], { author: "owner" }),
      ]);
      expect(valid).toEqual([{ account, digest: digests[kind], signature: "0xbeef", valid: true }]);
      expect(asked).toHaveLength(100);
    },
  );

  it("is asked about a signature that somebody else wrote behind his junk", async () => {
    const copied: Command = { kind: "reject", account, signature: "0xbeef" };
    const flood: Command[] = [...junk(200).map((one) => ({ ...one, kind: "reject" }) as Command), copied];
    const { valid } = await ask([post(flood, { author: "mallory" }), post([copied], { author: "owner" })]);
    expect(valid).toHaveLength(1);
  });
});
