import { describe, expect, it } from "vitest";
import { decideMerge } from "../../src/decide/merge.ts";
import { decidePull } from "../../src/decide/pull.ts";
import { isAtRest } from "../../src/decide/rest.ts";
import { decideWatches } from "../../src/decide/watch.ts";
import type { ChainAnswers, DirectoryTrees, Post, PullFacts, ScheduledFacts } from "../../src/facts.ts";
import { hashApproval } from "../../src/protocol/approval.ts";
import { toAddress } from "../../src/protocol/hex.ts";
import { registryInterface } from "../../src/protocol/registry-calls.ts";
import type { Proposal } from "../../src/verdict.ts";
import {
  after,
  baseContract,
  before,
  noRules,
  now,
  post,
  rejection,
  wallets,
  withContract,
  withPull,
} from "../helpers/facts.ts";

const [day, grace] = [86_400, 14 * 86_400];
const guardian = toAddress("0x00000000000000000000000000000000000000f2");
const formerLink = `https://github.com/acme/safe/tree/${"a".repeat(40)}/contracts/vault`;
const merged = { state: "merged", landed: "e".repeat(40), mergedAt: now - 100 } as const;

/** The pull request as it is today: what is scheduled was derived before that, with another deadline or link. */
interface Scene {
  readonly link?: string;
  readonly deadline?: number;
  readonly scheduled?: Partial<ScheduledFacts>;
  readonly posts?: (proposal: Proposal) => readonly Post[];
  readonly pull?: Partial<PullFacts["pull"]>;
  readonly tip?: typeof after;
  readonly remembers?: boolean;
  readonly trees?: DirectoryTrees;
  /** The same change waits under an earlier deadline, too. */
  readonly twice?: boolean;
}

function judge({
  scheduled,
  posts = () => [],
  pull = merged,
  tip = after,
  remembers = false,
  trees,
  twice = false,
  ...was
}: Scene) {
  if (!baseContract.onChain) throw new Error("no record");
  const onChain = { ...baseContract.onChain, rules: { ...noRules, delay: 2 * day, guardian } };
  const today = withContract({ onChain, landed: after, tip }, withPull(pull));
  const derived = decidePull(today).proposals[0]?.proposal as Proposal;
  const { domain } = derived;
  const [upgrade] = derived.approval.upgrades;
  if (!upgrade) throw new Error("no upgrade");
  const contractLink = was.link ?? upgrade.contractLink;
  const deadline = was.deadline ?? derived.approval.deadline - 7 * day;
  const approval = { upgrades: [{ ...upgrade, contractLink }], deadline };
  const waiting: ScheduledFacts = {
    ...{ digest: hashApproval(domain, approval), status: "waiting", slack: -day, deadline, contractLink },
    ...{ version: 2, isOwn: true, rejected: [], ...scheduled },
  };
  const { digest } = waiting;
  const sooner = { ...approval, deadline: deadline - day };
  const second = {
    ...waiting,
    status: "waiting" as const,
    digest: hashApproval(domain, sooner),
    deadline: deadline - day,
  };
  const facts = {
    ...withContract(
      { onChain: { ...onChain, scheduled: twice ? [second, waiting] : [waiting] }, ...(trees && { trees }) },
      today,
    ),
    posts: posts({ domain, approval, digest }),
    earlier: remembers ? [{ digest, head: today.pull.head }] : [],
  };
  const answers: ChainAnswers = { contractSignatures: [], schedules: [waiting], votes: [] };
  const verdict = decidePull(facts, answers);
  const [standing] = verdict.proposals;
  const reasons = standing?.reasons.map(({ code }) => code);
  return { verdict, standing, reasons, orders: decideMerge(facts, verdict), derived, digest };
}

const ripe = { slack: 5 };
const proposed = () => [post([{ kind: "propose" }], { canWrite: true })];
const withdrawn = () => [post([{ kind: "withdraw" }], { canWrite: true })];

describe("what is scheduled is the proposal", () => {
  it.each<[string, Scene]>([
    ["the term was changed since", {}],
    ["the repository got another name since", { link: formerLink, deadline: now + 14 * day - 3600 }],
    ["it was proposed anew since", { posts: proposed }],
    ["it was withdrawn, and proposed anew", { posts: () => [...withdrawn(), ...proposed()] }],
    ["its deadline is over", { deadline: now - 1 }],
  ])("where %s", (_, scene) => {
    const { standing, reasons, digest } = judge(scene);
    expect(standing).toMatchObject({ state: "scheduled", proposal: { digest } });
    expect(reasons).toEqual(["scheduled"]);
    const due = judge({ ...scene, scheduled: ripe });
    expect(due.orders).toMatchObject([{ kind: "execute", proposal: { digest } }]);
  });

  it("so that what ended it ends it still, and its rejections are brought to the chain", () => {
    expect(judge({ posts: withdrawn }).reasons).toEqual(["withdrawn", "still-scheduled"]);
    expect(judge({ tip: before }).reasons).toEqual(["tip-differs", "still-scheduled"]);
    const posts = (proposal: Proposal) =>
      wallets.slice(5).map((wallet) => post([{ kind: "reject", signature: rejection(wallet, proposal) }]));
    expect(judge({ posts }).orders).toMatchObject([{ kind: "reject" }]);
  });

  it.each<[string, Partial<ScheduledFacts>]>([
    ["cancelled", { status: "cancelled" }],
    ["rejected on chain", { rejected: wallets.slice(5).map(({ address }) => toAddress(address)) }],
    ["too old", { slack: grace + 1 }],
    ["void", { version: 1 }],
  ])("but not where that is %s: then it is proposed anew", (_, scheduled) => {
    const { standing, reasons, derived } = judge({ scheduled, remembers: true });
    expect(standing).toMatchObject({ state: "proposed", proposal: { digest: derived.digest } });
    expect(reasons).toEqual(["merged-without-quorum", "waiting"]);
  });

  it("and today's own goes before an earlier one, of which people are told: what a guardian cancelled comes in no other form", () => {
    const today = { deadline: now + 14 * day - 3600, twice: true };
    expect(judge(today).reasons).toEqual(["scheduled", "earlier-scheduled"]);
    const cancelled = judge({ ...today, scheduled: { status: "cancelled" } });
    expect(cancelled.reasons).toEqual(["cancelled", "earlier-scheduled"]);
    expect(cancelled.orders).toEqual([]);
  });

  it("but not another pull request's, and not by a link of another place", () => {
    expect(judge({ link: formerLink, scheduled: { isOwn: false } }).reasons).toEqual([
      "merged-without-quorum",
      "waiting",
    ]);
  });
});

describe("what this pull request proposed before", () => {
  // Its link is to an earlier commit, so that it is another change.
  const scene: Scene = { scheduled: { isOwn: false, digest: `0x${"77".repeat(32)}` }, remembers: true };

  it("is told of while it is scheduled, with what ends it", () => {
    const { standing, reasons, digest } = judge(scene);
    expect(reasons).toEqual(["merged-without-quorum", "waiting", "earlier-scheduled"]);
    expect(standing?.reasons.at(-1)).toMatchObject({ digest, ripeAt: now + day, expiresAt: now + day + grace });
    const [cancel] = standing?.ready ?? [];
    expect(cancel).toMatchObject({ purpose: "cancel", from: guardian });
    expect(registryInterface.parseTransaction({ data: String(cancel?.data) })?.args[0]).toBe(digest);
  });

  it("is told of also where nothing can be proposed", () => {
    const trees = { mergeBase: "1".repeat(40), base: "2".repeat(40), head: "3".repeat(40) };
    const { standing, reasons } = judge({ ...scene, pull: {}, trees });
    expect(reasons).toEqual(["base-moved", "earlier-scheduled"]);
    expect(standing).toMatchObject({ state: "outdated", ready: [{ purpose: "cancel" }] });
  });

  it("is waited for until that expires", () => {
    const { verdict } = judge(scene);
    expect(decideWatches(verdict, now)).toMatchObject([{ until: now + day + grace + 1 }]);
    const ended = { ...verdict, proposals: verdict.proposals.map((one) => ({ ...one, state: "expired" as const })) };
    expect(isAtRest(ended)).toBe(false);
  });
});
