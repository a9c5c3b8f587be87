import { describe, expect, it } from "vitest";
import { decideSigning } from "../../src/decide/signing.ts";
import { explainUnready } from "../../src/explain/status.ts";
import type { ProposalState, ProposalVerdict, PullVerdict } from "../../src/verdict.ts";

const digest = `0x${"11".repeat(32)}` as const;

function toProposal(chainId: number, state: ProposalState): ProposalVerdict {
  const domain = { chainId, registry: `0x${"22".repeat(20)}` } as const;
  const proposal = { domain, digest, approval: { upgrades: [], deadline: 0 } };
  const reasons = [{ code: "waiting", signed: 0, needed: 1 }] as const;
  const isDerived = state !== "blocked" && state !== "unknown" && state !== "outdated";
  return {
    chainId,
    state,
    reasons,
    changes: [],
    tallies: [],
    refused: [],
    signatures: [],
    ...(isDerived && { proposal }),
  };
}

function toVerdict(...proposals: ProposalVerdict[]): PullVerdict {
  return { check: "in_progress", scope: { kind: "proposals" }, proposals, elsewhere: [], headPolicy: [], replies: [] };
}

describe("what can be signed", () => {
  const states: [ProposalState, boolean][] = [
    ["proposed", true],
    ["approved", true],
    ["finalized", false],
    ["outdated", false],
    ["rejected", false],
    ["expired", false],
    ["failed", false],
    ["blocked", false],
    ["unknown", false],
  ];
  it.each(states)("a proposal that is %s: %s", (state, isOpen) => {
    expect(decideSigning(toVerdict(toProposal(1, state))) !== undefined).toBe(isOpen);
  });

  it("is every chain's proposal, or that of the chain that was named", () => {
    const verdict = toVerdict(toProposal(1, "proposed"), toProposal(10, "approved"));
    expect(decideSigning(verdict)?.map(({ chainId }) => chainId)).toEqual([1, 10]);
    expect(decideSigning(verdict, 10)?.map(({ chainId }) => chainId)).toEqual([10]);
  });

  it("is nothing where one of them cannot be signed, unless the chain was named", () => {
    const verdict = toVerdict(toProposal(1, "proposed"), toProposal(10, "blocked"));
    expect(decideSigning(verdict)).toBeUndefined();
    expect(decideSigning(verdict, 10)).toBeUndefined();
    expect(decideSigning(verdict, 1)).toHaveLength(1);
  });

  it("is nothing where nothing is proposed", () => {
    expect(decideSigning(toVerdict())).toBeUndefined();
    expect(decideSigning(toVerdict(toProposal(1, "proposed")), 2)).toBeUndefined();
  });
});

describe("why nothing can be signed", () => {
  it("tells a refusal from what is not known", () => {
    const unread = { code: "chain-unreachable", chainId: 10, message: "`x`\u001b" } as const;
    const unnamed = { code: "chain-unknown", chainId: 5 } as const;
    const verdict = toVerdict(
      { ...toProposal(10, "unknown"), reasons: [unread] },
      { ...toProposal(5, "blocked"), reasons: [unnamed] },
      { ...toProposal(1, "expired"), reasons: [{ code: "expired", deadline: 0 }] },
      toProposal(8, "proposed"),
    );
    const problems = explainUnready(verdict);
    expect(problems.map(({ code }) => code)).toEqual(["CHAIN_UNREACHABLE", "SETTING_INVALID", "PROPOSAL_NOT_READY"]);
    expect(problems[0]?.message).toMatch(/^Chain 10, Could not be found out yet: /);
    expect(explainUnready(verdict, 7)[0]?.message).toBe("The pull request proposes nothing on chain 7.");
  });
});
