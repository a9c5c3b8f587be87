import { describe, expect, it } from "vitest";
import { decideWatches } from "../../src/decide/watch.ts";
import { toAddress } from "../../src/protocol/hex.ts";
import type { Change, ProposalVerdict, PullVerdict, Watch } from "../../src/verdict.ts";
import { contract, domain, now } from "../helpers/facts.ts";

const second = toAddress("0x00000000000000000000000000000000000000c1");
const change: Change = { contract, kind: "record", path: "rules" };
const deadline = now + 1_000;
const expiresAt = now + 9_000;
const base: ProposalVerdict = {
  chainId: 1,
  state: "proposed",
  reasons: [],
  changes: [change, { ...change, contract: second }],
  proposal: { domain, approval: { upgrades: [], deadline }, digest: `0x${"1".repeat(64)}` },
  tallies: [],
  refused: [],
  signatures: [],
};

function watch(...proposals: Partial<ProposalVerdict>[]) {
  const verdict = { proposals: proposals.map((one) => ({ ...base, ...one })) } as unknown as PullVerdict;
  return decideWatches(verdict, now);
}

const { proposal: _, ...withoutProposal } = base;

describe("a pull request", () => {
  it("waits for news of every contract, until the deadline, and is looked at again when that is over", () => {
    expect(watch({})).toEqual([
      { chainId: 1, contract, until: deadline + 1, due: deadline + 1 },
      { chainId: 1, contract: second, until: deadline + 1, due: deadline + 1 },
    ]);
  });

  it("waits on each chain for itself: what is finalized and merged has come to its end", () => {
    const done = { state: "finalized", reasons: [{ code: "finalized", transaction: undefined }] } as const;
    expect(watch(done, { chainId: 10, state: "approved" }).map(({ chainId }) => chainId)).toEqual([10, 10]);
  });

  it("waits on where the chain is ahead of main: a reorganisation may take it back", () => {
    expect(watch({ state: "finalized", reasons: [{ code: "ahead-of-main" }] })).toHaveLength(2);
  });

  it("waits on after it was closed: what was signed is public", () => {
    expect(watch({ state: "failed", reasons: [{ code: "closed" }] })).toMatchObject([{ until: deadline + 1 }, {}]);
  });

  it.each<[ProposalVerdict["state"], Partial<Watch>]>([
    ["scheduled", { until: expiresAt + 1, due: expiresAt + 1 }],
    ["withdrawn", { until: expiresAt + 1 }],
  ])("waits for what is scheduled until that expires, past its deadline, where it is %s", (state, times) => {
    const schedule = { ripeAt: now + 5_000, expiresAt, isRipe: false };
    expect(watch({ state, schedule })).toEqual(
      [contract, second].map((one) => ({ chainId: 1, contract: one, ...times })),
    );
  });

  it("waits for no time that is over", () => {
    const expired = { approval: { upgrades: [], deadline: now - 1 }, domain, digest: `0x${"1".repeat(64)}` as const };
    expect(watch({ state: "expired", proposal: expired })).toEqual([]);
  });

  it("waits for a record where there is none yet", () => {
    const verdict = { proposals: [{ ...withoutProposal, state: "blocked" }] } as unknown as PullVerdict;
    expect(decideWatches(verdict, now)).toEqual([
      { chainId: 1, contract, until: now + 30 * 86_400 + 1 },
      { chainId: 1, contract: second, until: now + 30 * 86_400 + 1 },
    ]);
  });
});
