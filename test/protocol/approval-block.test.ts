import { describe, expect, it } from "vitest";
import { type Approval, type Domain, hashApproval, toTypedData } from "../../src/protocol/approval.ts";
import {
  type ApprovalBlock,
  assertSameMessage,
  maxEarlier,
  parseMarker,
  toMarker,
  toTypedDataBlock,
} from "../../src/protocol/approval-block.ts";
import { zeroHash } from "../../src/protocol/hex.ts";

const head = "0123456789abcdef0123456789abcdef01234567";
const domain: Domain = { chainId: 31337, registry: `0x${"11".repeat(20)}` };
const approval: Approval = {
  upgrades: [
    {
      contractAddress: `0x${"22".repeat(20)}`,
      version: 2,
      contractHash: `0x${"33".repeat(32)}`,
      contractLink: `https://github.com/acme/vault/tree/${head}/contracts`,
      buildHash: zeroHash,
      code: [{ account: `0x${"44".repeat(20)}`, codeHash: `0x${"55".repeat(32)}` }],
      calls: [{ target: `0x${"22".repeat(20)}`, value: 0n, minGas: 0n, data: "0x1234" }],
    },
  ],
  deadline: 2_000_000_000,
};
const digest = hashApproval(domain, approval);
const elsewhere: Domain = { ...domain, chainId: 10 };
const block: ApprovalBlock = {
  head,
  proposals: [
    { chainId: 31337, digest },
    { chainId: 10, digest: hashApproval(elsewhere, approval) },
  ],
  earlier: [{ digest: zeroHash, head }],
};
const copy = toTypedDataBlock(domain, approval) as string;
const comment = (...parts: string[]) => [toMarker(block), "### Countersign", ...parts].join("\n\n");

describe("the marker", () => {
  it("is read as it was written, wherever it stands", () => {
    expect(parseMarker(toMarker(block))).toEqual(block);
    expect(parseMarker(`Hello\r\n${toMarker(block)}\r\nmore`)).toEqual(block);
  });

  const bad: [string, string][] = [
    ["is quoted", `> ${toMarker(block)}`],
    ["has text behind it", `${toMarker(block)} x`],
    ["is not JSON", "<!-- countersign {head} -->"],
    ["has another key", toMarker(block).replace('"head"', '"authority":"me","head"')],
    ["has a digest that is none", toMarker(block).replace(digest, "0x12")],
    ["has a head that is none", toMarker(block).replaceAll(head, "main")],
    ["has no chain", toMarker(block).replace("31337", "0")],
    ["has a chain as text", toMarker(block).replace("31337", '"31337"')],
    [
      "remembers too much",
      toMarker(block).replace(
        /"earlier":\[.*\]/,
        `"earlier":${JSON.stringify(Array(maxEarlier + 1).fill(block.earlier[0]))}`,
      ),
    ],
  ];
  it.each(bad)("is not read where it %s", (_, body) => {
    expect(parseMarker(body)).toBeUndefined();
  });

  it("cannot be made of anything that could end an HTML comment", () => {
    const hostile = { ...block, head: "--><script>" };
    expect(() => toMarker(hostile)).toThrow();
  });
});

describe("a comment that says what was derived", () => {
  const bodies: [string, string][] = [
    ["with its copy", comment(copy)],
    ["with line ends of Windows", comment(copy).replaceAll("\n", "\r\n")],
    ["without a copy, where it was too long", comment()],
    ["with the copy of another chain's message beside", comment(toTypedDataBlock(elsewhere, approval) as string, copy)],
  ];
  it.each(bodies)("is accepted %s", (_, body) => {
    expect(() => assertSameMessage(body, domain, approval)).not.toThrow();
  });
});

describe("a comment that says something else", () => {
  const other = JSON.stringify(toTypedData(domain, { ...approval, deadline: approval.deadline + 1 }), null, 2);
  const mine = JSON.stringify(toTypedData(domain, approval));
  const fence = (json: string) => `\`\`\`json\n${json}\n\`\`\``;
  const bodies: [string, string][] = [
    ["no marker", copy],
    ["another digest", comment(copy).replaceAll(digest, zeroHash)],
    ["no proposal of this chain", comment(copy).replace("31337", "31338")],
    ["another message to copy", comment(fence(other))],
    ["another message to copy, with line ends of Windows", comment(fence(other)).replaceAll("\n", "\r\n")],
    ["another message beside the true one", comment(copy, fence(other))],
    ["another message behind another fence", comment(`~~~\n${other}\n~~~`)],
    ["another message behind a longer fence", comment(`\`\`\`\`JSON\n${other}\n\`\`\`\``)],
    ["another message behind an indented fence", comment(`  \`\`\`json\n${other}\n  \`\`\``)],
    ["another message behind a fence without an end", comment(`\`\`\`json\n${other}`)],
    ["other types around the true message", comment(fence(mine.replace('"uint64"', '"uint256"')))],
    ["another primary type", comment(fence(mine.replace('"primaryType":"Approval"', '"primaryType":"Upgrade"')))],
    ["a word more in the message", comment(fence(mine.replace('"deadline"', '"note":"x","deadline"')))],
    ["text that is no message", comment("```json\nsign here\n```")],
    ["null", comment(fence("null"))],
  ];
  it.each(bodies)("is refused: %s", (_, body) => {
    expect(() => assertSameMessage(body, domain, approval)).toThrow(
      expect.objectContaining({ code: "APPROVAL_BLOCK_INVALID" }),
    );
  });
});

describe("a message that is too long for a comment", () => {
  it("has no copy", () => {
    const long = { ...approval, upgrades: Array(60).fill(approval.upgrades[0]) };
    expect(toTypedDataBlock(domain, long)).toBeUndefined();
  });
});
