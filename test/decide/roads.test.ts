import { describe, expect, it } from "vitest";
import { decideMerge } from "../../src/decide/merge.ts";
import { decidePull } from "../../src/decide/pull.ts";
import { decideUnsent, toTransactions } from "../../src/decide/unsent.ts";
import type { ChainAnswers, ChainScheduleFacts, ContractFacts, PullFacts, Rules } from "../../src/facts.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import type { Proposal } from "../../src/verdict.ts";
import {
  after,
  approval,
  baseContract,
  before,
  contract,
  noRules,
  now,
  stranger as outsider,
  post,
  rejection,
  relayer,
  wallets,
  withContract,
  withPull,
} from "../helpers/facts.ts";

const [day, grace] = [86_400, 14 * 86_400];
const stranger = toAddress("0x00000000000000000000000000000000000000f1");
const guardian = toAddress("0x00000000000000000000000000000000000000f2");
const signers = wallets.map(({ address }) => toAddress(address));
const six = [0, 1, 2, 3, 4, 5];

interface Scene {
  readonly rules?: Partial<Rules>;
  readonly pausedUntil?: number;
  readonly pull?: Partial<PullFacts["pull"]>;
  readonly tip?: ContractFacts["tip"];
  readonly by?: readonly number[];
  readonly against?: readonly number[];
  readonly withdrawnBy?: string;
  readonly schedule?: ChainScheduleFacts;
  readonly rejected?: readonly Address[];
  readonly revoked?: readonly Address[];
  readonly now?: number;
}

const merged = { state: "merged", landed: "e".repeat(40) } as const;
const waiting = (slack: number): ChainScheduleFacts => ({ status: "waiting", slack });

function toFacts({ rules, pausedUntil = 0, pull = merged, tip = after, now: time = now }: Scene): PullFacts {
  if (!baseContract.onChain) throw new Error("no record");
  const onChain = { ...baseContract.onChain, rules: { ...noRules, ...rules }, pausedUntil };
  const facts = withContract({ onChain, landed: after, tip }, withPull(pull));
  return { ...facts, chains: facts.chains.map((chain) => (chain.kind === "read" ? { ...chain, time } : chain)) };
}

function judge(scene: Scene) {
  const facts = toFacts(scene);
  const proposal = decidePull(facts).proposals[0]?.proposal as Proposal;
  const { by = six, against = [], rejected = [], revoked = [], withdrawnBy } = scene;
  const posts = wallets.flatMap((wallet, index) => [
    ...(by.includes(index) ? [post([{ kind: "sign", signature: approval(wallet, proposal) }])] : []),
    ...(against.includes(index) ? [post([{ kind: "reject", signature: rejection(wallet, proposal) }])] : []),
  ]);
  const withdrawal = withdrawnBy === undefined ? [] : [post([{ kind: "withdraw" }], { author: withdrawnBy })];
  const { digest } = proposal;
  const answers: ChainAnswers = {
    contractSignatures: [],
    schedules: scene.schedule ? [{ digest, ...scene.schedule }] : [],
    votes: [{ digest, contract, rejected, revoked }],
  };
  const all = { ...facts, posts: [...posts, ...withdrawal] };
  const verdict = decidePull(all, answers);
  const [standing] = verdict.proposals;
  return { verdict, standing, orders: decideMerge(all, verdict), proposal };
}

const delayed = { delay: 2 * day, guardian };
const ruled = { authority: stranger, isAccepted: true };

describe("where a governed record's proposal stands, and what is sent for it", () => {
  it.each<[string, Scene, string, string, readonly string[], readonly string[]]>([
    ["open", { rules: delayed, pull: {} }, "approved", "success", ["approved-delayed"], []],
    ["merged", { rules: delayed }, "approved", "success", ["scheduling"], ["schedule"]],
    [
      "merged without quorum",
      { rules: delayed, by: [0] },
      "proposed",
      "in_progress",
      ["merged-without-quorum", "waiting"],
      [],
    ],
    ["waiting", { rules: delayed, schedule: waiting(-day) }, "scheduled", "success", ["scheduled"], []],
    ["ripe", { rules: delayed, schedule: waiting(0) }, "scheduled", "success", ["executing"], ["execute"]],
    [
      "ripe to the last second",
      { rules: delayed, schedule: waiting(grace) },
      "scheduled",
      "success",
      ["executing"],
      ["execute"],
    ],
    ["too old", { rules: delayed, schedule: waiting(grace + 1) }, "expired", "failure", ["schedule-expired"], []],
    [
      "ripe, its signatures gone from the posts",
      { rules: delayed, by: [], schedule: waiting(5) },
      "scheduled",
      "success",
      ["executing"],
      ["execute"],
    ],
    [
      "ripe after the deadline",
      { rules: delayed, schedule: waiting(5), now: now + 20 * day },
      "scheduled",
      "success",
      ["executing"],
      ["execute"],
    ],
    [
      "ripe, and paused",
      { rules: delayed, schedule: waiting(5), pausedUntil: now + day },
      "scheduled",
      "success",
      ["paused", "scheduled"],
      [],
    ],
    [
      "ripe, but the tip moved on",
      { rules: delayed, schedule: waiting(5), tip: before },
      "outdated",
      "failure",
      ["tip-differs", "still-scheduled"],
      [],
    ],
    [
      "scheduled before the merge",
      { rules: delayed, pull: {}, schedule: waiting(5) },
      "scheduled",
      "success",
      ["scheduled", "scheduled-before-merge"],
      [],
    ],
    [
      "scheduled, and closed",
      { rules: delayed, pull: { state: "closed" }, schedule: waiting(5) },
      "failed",
      "failure",
      ["closed", "still-scheduled"],
      [],
    ],
    [
      "cancelled",
      { rules: delayed, schedule: { status: "cancelled", slack: 0 } },
      "rejected",
      "failure",
      ["cancelled"],
      [],
    ],
    [
      "rejected in posts after it was scheduled",
      { rules: delayed, schedule: waiting(-5), against: [5, 6, 7, 8] },
      "rejected",
      "failure",
      ["rejected", "still-scheduled"],
      ["reject"],
    ],
    [
      "rejected on chain",
      { rules: delayed, schedule: waiting(5), rejected: signers.slice(5) },
      "rejected",
      "failure",
      ["rejected"],
      [],
    ],
    [
      "rejected on chain by one too few",
      { rules: delayed, schedule: waiting(5), rejected: signers.slice(6) },
      "scheduled",
      "success",
      ["executing"],
      ["execute"],
    ],
    [
      "withdrawn after it was scheduled",
      { rules: delayed, pull: {}, schedule: waiting(5), withdrawnBy: "dev" },
      "withdrawn",
      "action_required",
      ["withdrawn", "still-scheduled"],
      [],
    ],
    ["withdrawn", { pull: {}, withdrawnBy: "dev" }, "withdrawn", "action_required", ["withdrawn"], []],
    ["withdrawn by a stranger", { pull: {}, withdrawnBy: "mallory" }, "approved", "success", ["approved"], []],
    [
      "withdrawn by the author after the merge",
      { pull: { ...merged, mergedAt: now - 1 }, withdrawnBy: "dev" },
      "approved",
      "success",
      ["finalizing"],
      ["finalize"],
    ],
    ["paused, without a delay", { pausedUntil: now + day }, "approved", "success", ["paused"], []],
    [
      "paused, to be scheduled",
      { rules: delayed, pausedUntil: now + day },
      "approved",
      "success",
      ["scheduling"],
      ["schedule"],
    ],
    ["revoked", { revoked: signers.slice(0, 1) }, "proposed", "in_progress", ["merged-without-quorum", "waiting"], []],
    ["gated by us", { rules: { gate: relayer } }, "approved", "success", ["finalizing"], ["finalize"]],
    ["gated", { rules: { gate: stranger } }, "approved", "success", ["gated"], ["finalize"]],
    ["gated and open", { rules: { gate: stranger }, pull: {} }, "approved", "success", ["approved", "gated"], []],
    [
      "gated, and ripe: anyone executes",
      { rules: { ...delayed, gate: stranger }, schedule: waiting(5) },
      "scheduled",
      "success",
      ["executing"],
      ["execute"],
    ],
    ["ruled by an authority", { rules: ruled, pull: {} }, "proposed", "in_progress", ["authority"], []],
    [
      "ruled by an authority, and merged",
      { rules: ruled },
      "proposed",
      "in_progress",
      ["merged-without-quorum", "authority"],
      [],
    ],
    [
      "ruled by an authority that has not accepted",
      { rules: { authority: stranger } },
      "approved",
      "success",
      ["finalizing"],
      ["finalize"],
    ],
  ])("%s", (_, scene, state, check, reasons, orders) => {
    const found = judge(scene);
    expect([found.standing?.state, found.verdict.check]).toEqual([state, check]);
    expect(found.standing?.reasons.map(({ code }) => code)).toEqual(reasons);
    expect(found.orders.map(({ kind }) => kind)).toEqual(orders);
  });

  it("is refused where two contracts need different senders", () => {
    const other = toAddress("0x00000000000000000000000000000000000000a0");
    const facts = toFacts({ rules: { gate: stranger }, pull: {} });
    const [first] = facts.contracts;
    if (!first?.onChain?.record) throw new Error("no record");
    const second = {
      ...first,
      contract: { ...first.contract, address: other },
      onChain: {
        ...first.onChain,
        record: { ...first.onChain.record, contractAddress: other },
        rules: { ...noRules, gate: guardian },
      },
    };
    const verdict = decidePull({ ...facts, contracts: [first, second] });
    expect(verdict.proposals[0]).toMatchObject({ state: "blocked", reasons: [{ code: "senders-differ" }] });
  });
});

describe("the rejections that are brought to the chain", () => {
  it("are those of the record that is dead, by enough of its signers", () => {
    const { orders } = judge({ rules: delayed, schedule: waiting(-5), against: [5, 6, 7, 8] });
    expect(orders).toMatchObject([{ kind: "reject", contract }]);
    expect(orders[0]?.kind === "reject" && orders[0].signatures.map(({ signer }) => signer)).toEqual(signers.slice(5));
  });
});

describe("the rejections of two records", () => {
  it("are not mixed: the chain takes those of one record's signers alone", () => {
    const [first] = toFacts({ rules: delayed }).contracts;
    if (!first?.onChain?.record) throw new Error("no record");
    const address = toAddress("0x00000000000000000000000000000000000000d0");
    const others = [toAddress(outsider.address), stranger, guardian];
    const record = { ...first.onChain.record, contractAddress: address, signers: others, minSignatures: 2 };
    const second = { ...first, contract: { ...first.contract, address }, onChain: { ...first.onChain, record } };
    const facts = { ...toFacts({ rules: delayed }), contracts: [first, second] };
    const proposal = decidePull(facts).proposals[0]?.proposal as Proposal;
    const posts = [...wallets.slice(5), outsider].map((wallet) =>
      post([{ kind: "reject", signature: rejection(wallet, proposal) }]),
    );
    const schedules = [{ digest: proposal.digest, ...waiting(-5) }];
    const verdict = decidePull({ ...facts, posts }, { contractSignatures: [], schedules, votes: [] });
    const [order, ...more] = decideMerge({ ...facts, posts }, verdict);
    expect([order, more]).toMatchObject([{ kind: "reject", contract }, []]);
    expect(order?.kind === "reject" && order.signatures.map(({ signer }) => signer)).toEqual(signers.slice(5));
  });
});

describe("a schedule's times", () => {
  const times = (scene: Scene) => judge({ rules: delayed, ...scene }).standing?.schedule;

  it("go by the slack that the chain tells", () => {
    expect(times({ schedule: waiting(-100) })).toEqual({
      ...{ ripeAt: now + 100, expiresAt: now + 100 + grace, isRipe: false },
    });
    expect(times({ schedule: waiting(100) })).toEqual({
      ...{ ripeAt: now - 100, expiresAt: now - 100 + grace, isRipe: true },
    });
  });

  it("stand still while the record is paused", () => {
    const pausedUntil = now + 1000;
    expect(times({ schedule: waiting(-100), pausedUntil })).toMatchObject({ ripeAt: now + 1100, isRipe: false });
    expect(times({ schedule: waiting(100), pausedUntil })).toMatchObject({ ripeAt: now + 1000, isRipe: false });
    expect(times({ schedule: waiting(100), pausedUntil: now })).toMatchObject({ isRipe: true });
  });
});

describe("when it is looked at again", () => {
  it.each<[string, Scene, number | undefined]>([
    ["once it is ripe", { rules: delayed, schedule: waiting(-100) }, now + 100],
    ["each day before", { rules: delayed, schedule: waiting(-3 * day - 60) }, now + 60],
    ["a day later, to the second", { rules: delayed, schedule: waiting(-3 * day) }, now + day],
    ["soon, where no block has come yet", { rules: delayed, schedule: waiting(-1) }, now + 5],
    ["later, where none comes for long", { rules: delayed, schedule: waiting(-1), now: now - 600 }, now + 300],
    ["once the pause is over", { pausedUntil: now + 50 }, now + 50],
    ["not at all, where it is ripe before the merge", { rules: delayed, pull: {}, schedule: waiting(5) }, undefined],
    ["not at all, where nothing waits", {}, undefined],
  ])("%s", (_, scene, at) => {
    expect(judge(scene).verdict.wakeAt).toBe(at);
  });
});

describe("the transactions of others", () => {
  const ready = (scene: Scene) => {
    const { verdict, orders } = judge(scene);
    const unsent = orders.filter((order) => "from" in order).flatMap(toTransactions);
    const offered = decideUnsent(verdict, unsent).proposals.flatMap((one) => one.ready ?? []);
    return offered.map(({ purpose, from, data }) => [
      purpose,
      from,
      registryInterface.parseTransaction({ data })?.name,
    ]);
  };

  it.each<[string, Scene, readonly unknown[]]>([
    ["a gate's", { rules: { gate: stranger } }, [["finalize", stranger, "finalize"]]],
    [
      "a gate's, where there is a delay",
      { rules: { gate: stranger, delay: day } },
      [["schedule", stranger, "schedule"]],
    ],
    ["none of a gate before the merge", { rules: { gate: stranger }, pull: {} }, []],
    ["an authority's", { rules: ruled, pull: {} }, [["finalize", stranger, "finalize"]]],
    ["a guardian's", { rules: delayed, schedule: waiting(-5) }, [["cancel", guardian, "cancel"]]],
    ["each signer's, once withdrawn", { pull: {}, withdrawnBy: "dev" }, [["revoke", undefined, "revoke"]]],
    ["each signer's, once closed", { pull: { state: "closed" } }, [["revoke", undefined, "revoke"]]],
    ["nobody's without signatures", { pull: { state: "closed" }, by: [] }, []],
    ["nobody's where we send", {}, []],
  ])("are %s", (_, scene, expected) => expect(ready(scene)).toEqual(expected));
});
