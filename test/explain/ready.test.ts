import { describe, expect, it } from "vitest";
import { decidePull } from "../../src/decide/pull.ts";
import { decideUnsent } from "../../src/decide/unsent.ts";
import { explainComment } from "../../src/explain/comment.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import type { ReadyTransaction } from "../../src/verdict.ts";
import { baseFacts, registry } from "../helpers/facts.ts";

const deploy = (bytes: number): ReadyTransaction => {
  return { purpose: "deploy", chainId: 31_337, from: undefined, to: registry, data: `0x${"ab".repeat(bytes)}` as Hex };
};
const step = { chainId: 31_337, from: undefined, to: registry, data: "0x1234" } as const;
const finalize: ReadyTransaction = { ...step, purpose: "finalize" };

function explain(ready: readonly ReadyTransaction[]): string {
  const verdict = decideUnsent(decidePull(baseFacts), ready);
  return explainComment(verdict, { pull: baseFacts.pull, earlier: [] }) ?? "";
}

describe("what anybody may send", () => {
  it("stands in the comment with chain, target, value, data and a line to send it with", () => {
    const comment = explain([finalize]);
    expect(comment).toContain("The transaction, for anybody to send: finalizes");
    expect(comment).toContain(`cast send --rpc-url "$RPC_URL" --value 0 ${registry} 0x1234\n`);
    for (const row of ["| Chain | 31337 |", `| To | \`${registry}\` |`, "| Value | 0 |", "| Data | 2 bytes |"])
      expect(comment).toContain(row);
  });

  it("is of its own chain alone", () => {
    expect(explain([{ ...finalize, chainId: 1 }])).not.toContain("cast send");
  });

  it("is numbered where the order matters", () => {
    const comment = explain([deploy(10), finalize]);
    expect(comment.indexOf("Transaction 1 of 2, for anybody to send: deploys")).toBeGreaterThan(0);
    expect(comment.indexOf("Transaction 2 of 2, for anybody to send: finalizes")).toBeGreaterThan(
      comment.indexOf("Transaction 1 of 2"),
    );
  });

  it.each([
    [[deploy(24_000), finalize], 1],
    [[deploy(5_900), deploy(5_900), deploy(5_900), finalize], 0],
    [Array.from({ length: 40 }, () => deploy(5_000)), 0],
  ])("is named where it is too long for a comment", (ready, shown) => {
    const comment = explain(ready);
    expect(comment.length).toBeLessThanOrEqual(65_536);
    expect(comment).toContain("`countersign status --json` prints it");
    expect(comment.match(/^cast send/gm) ?? []).toHaveLength(shown);
  });
});
