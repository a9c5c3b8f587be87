import { describe, expect, it } from "vitest";
import { decideAnnouncements } from "../../src/decide/announcement.ts";
import { decidePull } from "../../src/decide/pull.ts";
import type { PullFacts } from "../../src/facts.ts";
import type { AnnouncementTime } from "../../src/policy.ts";
import {
  after,
  approval,
  baseContract,
  baseFacts,
  now,
  post,
  rejection,
  wallets,
  withContract,
  withPull,
} from "../helpers/facts.ts";

function under(propose: AnnouncementTime, facts: PullFacts = baseFacts): PullFacts {
  const { contract } = baseContract;
  return { ...facts, policy: { kind: "valid", policy: { contracts: [contract], term: 14 * 86_400, propose } } };
}

function proposalOf(facts: PullFacts) {
  const proposal = decidePull(facts).proposals[0]?.proposal;
  if (!proposal) throw new Error("no proposal");
  return proposal;
}

function spoken(facts: PullFacts, by: number, against = 0): PullFacts {
  const proposal = proposalOf(facts);
  const approvals = wallets.slice(0, by).map((one) => post([{ kind: "sign", signature: approval(one, proposal) }]));
  const rejections = wallets.slice(9 - against);
  const against_ = rejections.map((one) => post([{ kind: "reject", signature: rejection(one, proposal) }]));
  return { ...facts, posts: [...approvals, ...against_] };
}

function decide(facts: PullFacts) {
  return decideAnnouncements(facts, decidePull(facts)).map(({ kind, signatures }) => ({
    kind,
    signatures: signatures.length,
  }));
}

const strangers = withPull({ trusted: false });
const merged = withContract({ landed: after, tip: after }, withPull({ state: "merged", landed: "e".repeat(40) }));
const moved = withContract({ trees: { mergeBase: "1", base: "2", head: "3" } });
const asOpen: ReturnType<typeof decide> = [{ kind: "open", signatures: 0 }];

describe("what is announced", () => {
  it.each<[string, PullFacts, ReturnType<typeof decide>, ReturnType<typeof decide>]>([
    ["as it is opened", baseFacts, asOpen, []],
    ["with one signature too few", spoken(baseFacts, 5), asOpen, []],
    ["with a quorum", spoken(baseFacts, 6), asOpen, [{ kind: "quorum", signatures: 6 }]],
    ["with more, as few as needed", spoken(baseFacts, 9), asOpen, [{ kind: "quorum", signatures: 6 }]],
    ["with a quorum and too many rejections", spoken(baseFacts, 9, 4), [], []],
    ["of a stranger: nothing", strangers, [], []],
    ["of a stranger, once a signer has approved", spoken(strangers, 1), asOpen, []],
    ["of a stranger, with a quorum", spoken(strangers, 6), asOpen, [{ kind: "quorum", signatures: 6 }]],
    ["merged with a quorum: nothing, it is finalized", spoken(merged, 6), [], []],
    ["merged without: nothing", merged, [], []],
    ["closed: nothing", spoken(withPull({ state: "closed" }), 6), [], []],
    ["where the base moved on: nothing", moved, [], []],
    ["after the deadline: nothing", { ...spoken(baseFacts, 6), chains: expired() }, [], []],
    ["where the chain cannot be read: nothing", { ...baseFacts, chains: unreachable }, [], []],
  ])("%s", (_, facts, onOpen, onQuorum) => {
    expect(decide(under("on open", facts))).toEqual(onOpen);
    expect(decide(under("on quorum", facts))).toEqual(onQuorum);
    expect(decide(under("never", facts))).toEqual([]);
    expect(decide({ ...facts, policy: { kind: "absent" } })).toEqual([]);
  });

  it("is the proposal that is signed, and may have been announced since the pull request was opened", () => {
    const facts = under("on quorum", spoken(baseFacts, 6));
    const [order] = decideAnnouncements(facts, decidePull(facts));
    expect(order?.proposal).toEqual(proposalOf(facts));
    expect(order?.since).toBe(now - 3600);
  });
});

const unreachable: PullFacts["chains"] = [{ kind: "unreachable", chainId: 31_337, message: "it is down" }];

function expired(): PullFacts["chains"] {
  return baseFacts.chains.map((chain) => ({ ...chain, time: now + 40 * 86_400 }));
}
