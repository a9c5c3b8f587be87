import { describe, expect, it } from "vitest";
import { decidePull } from "../../src/decide/pull.ts";
import { decideUnsent, toTransactions } from "../../src/decide/unsent.ts";
import { deployerAddress } from "../../src/protocol/bytecode.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import type { MergeOrder, Proposal, Reason } from "../../src/verdict.ts";
import { baseFacts, contract, registry } from "../helpers/facts.ts";

const proposal = decidePull(baseFacts).proposals[0]?.proposal as Proposal;
const deployments = [{ salt: `0x${"5a".repeat(32)}`, initcode: "0x6001", account: contract }] as const;
const quorum = { proposal, signatures: [], deployments };

describe("an order that no relayer pays for", () => {
  it.each<[MergeOrder, readonly string[]]>([
    [{ kind: "finalize", ...quorum }, ["deploy", "finalize"]],
    [{ kind: "schedule", ...quorum }, ["deploy", "schedule"]],
    [{ kind: "execute", proposal, deployments: [] }, ["execute"]],
    [{ kind: "reject", proposal, signatures: [], contract }, ["reject"]],
  ])("is what a relayer would send, for anybody: $kind", (order, purposes) => {
    const transactions = toTransactions(order);
    expect(transactions.map(({ purpose }) => purpose)).toEqual(purposes);
    expect(transactions.every(({ from, chainId }) => from === undefined && chainId === 31_337)).toBe(true);
    expect(transactions.map(({ to }) => to)).toEqual(
      purposes.map((one) => (one === "deploy" ? deployerAddress : registry)),
    );
    const call = registryInterface.parseTransaction({ data: String(transactions.at(-1)?.data) });
    expect(call?.name).toBe(purposes.at(-1));
  });

  it("is for the gate alone, where there is one; what it stands on is for anybody", () => {
    const order = { kind: "finalize", ...quorum, from: contract } as const;
    expect(toTransactions(order).map(({ from }) => from)).toEqual([undefined, contract]);
  });

  it.each<[Reason, Reason["code"]]>([
    [{ code: "finalizing" }, "unsent"],
    [{ code: "scheduling", delay: 60 }, "unsent"],
    [{ code: "executing" }, "unsent"],
    [{ code: "still-scheduled", ripeAt: 1, expiresAt: 2 }, "still-scheduled"],
  ])("is no step that we say we take: $code", (reason, code) => {
    const verdict = decidePull(baseFacts);
    const [offered] = toTransactions({ kind: "execute", proposal, deployments: [] });
    const [before] = verdict.proposals;
    if (!before || !offered) throw new Error("no proposal");
    const cancel = { ...offered, purpose: "cancel", from: contract } as const;
    const due = { ...verdict, proposals: [{ ...before, reasons: [reason], ready: [cancel] }] };
    const [after] = decideUnsent(due, [offered]).proposals;
    expect(after?.reasons.map((one) => one.code)).toEqual([code]);
    expect(after?.ready?.map(({ purpose }) => purpose)).toEqual(["execute", "cancel"]);
  });
});
