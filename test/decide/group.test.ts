import { describe, expect, it } from "vitest";
import { decideGroup } from "../../src/decide/group.ts";
import { decidePull } from "../../src/decide/pull.ts";
import type { GroupFacts, PullFacts } from "../../src/facts.ts";
import type { GroupMember, GroupReason } from "../../src/verdict.ts";
import {
  after,
  approval,
  baseContract,
  baseFacts,
  before,
  contract,
  post,
  wallets,
  withContract,
} from "../helpers/facts.ts";

/** The pull request as these many signers left it. */
function member(number: number, signed: number, facts: PullFacts = baseFacts): GroupMember {
  const [proposed] = decidePull(facts).proposals;
  const posts = wallets.slice(0, signed).flatMap((wallet) => {
    const signature = proposed?.proposal && approval(wallet, proposed.proposal);
    return signature ? [post([{ kind: "sign", signature }])] : [];
  });
  return { number, isOpen: true, verdict: decidePull({ ...facts, posts }) };
}

const approved = member(7, 6);
const quiet = member(9, 0, { ...baseFacts, contracts: [], chains: [] });
const unread = member(7, 0, { ...baseFacts, chains: [{ kind: "unreachable", chainId: 31_337, message: "gone" }] });
const misconfigured = member(7, 0, {
  ...baseFacts,
  policy: { kind: "invalid", problems: [] },
  contracts: [],
  chains: [],
});
const landing: GroupFacts = {
  isCurrent: true,
  directories: [{ contract: baseContract.contract, hash: after }],
  elsewhere: [],
};
const nothing: GroupFacts = { ...landing, directories: [] };
const path = "contracts/vault";

/** As its own check says it: scheduled before the merge, and withdrawn. */
function inState(state: "scheduled" | "withdrawn", check: "success" | "action_required"): GroupMember {
  const { verdict } = approved;
  return {
    ...approved,
    verdict: { ...verdict, check, proposals: verdict.proposals.map((one) => ({ ...one, state })) },
  };
}

const scheduled = inState("scheduled", "success");
const withdrawn = inState("withdrawn", "action_required");
const [waiting] = scheduled.verdict.proposals;
const halfRead: GroupMember = {
  ...unread,
  verdict: { ...unread.verdict, proposals: [...unread.verdict.proposals, ...(waiting ? [waiting] : [])] },
};

describe("a merge group", () => {
  it.each<[string, GroupFacts, readonly GroupMember[]]>([
    ["one approved proposal", landing, [approved]],
    ["one that proposes nothing", nothing, [quiet]],
    ["both", landing, [quiet, approved]],
    ["one that is scheduled already", landing, [scheduled]],
  ])("may land with %s", (_, facts, members) => {
    expect(decideGroup(facts, members)).toMatchObject({ check: "success", reasons: [] });
  });

  const otherHash = { ...landing, directories: [{ contract: baseContract.contract, hash: before }] };
  const notHashed = { ...landing, directories: [{ contract: baseContract.contract, hash: undefined }] };
  const taken = { code: "version-taken", number: 8, by: 7, contract } as const;
  const differs = { code: "would-land-other", number: 7, path, signed: after } as const;
  const otherSource = {
    kind: "hashed",
    hash: before,
    link: `https://github.com/acme/vault/tree/${"a".repeat(40)}/${path}`,
    files: 2,
  } as const;
  const third = withContract({ source: otherSource });

  it.each<[string, GroupFacts, readonly GroupMember[], readonly GroupReason[]]>([
    ["a signature is missing", landing, [member(7, 5)], [{ code: "pull-not-ready", number: 7 }]],
    [
      "one is closed or merged already",
      landing,
      [{ ...approved, isOpen: false }],
      [{ code: "pull-not-open", number: 7 }],
    ],
    [
      "one that is closed proposes nothing",
      nothing,
      [{ ...quiet, isOpen: false }],
      [{ code: "pull-not-open", number: 9 }],
    ],
    [
      "one that is closed cannot be judged",
      nothing,
      [{ ...unread, isOpen: false }],
      [{ code: "pull-not-open", number: 7 }],
    ],
    ["the configuration has errors", nothing, [misconfigured], [{ code: "pull-not-ready", number: 7 }]],
    ["one is withdrawn", landing, [withdrawn], [{ code: "pull-not-ready", number: 7 }]],
    ["another hash would land", otherHash, [approved], [differs]],
    ["nothing that can be hashed would land", notHashed, [approved], [differs]],
    ["two propose the same content of one contract", landing, [approved, { ...approved, number: 8 }], [taken]],
    [
      "two propose different content of one contract",
      landing,
      [approved, member(8, 6, third)],
      [taken, { ...differs, number: 8, signed: before }],
    ],
    ["nobody proposes what would change", landing, [quiet], [{ code: "nobody-proposed", path }]],
    ["its pull request was not found", landing, [], [{ code: "nobody-proposed", path }]],
    ["it does not stand upon the base", { ...nothing, isCurrent: false }, [approved], [{ code: "group-outdated" }]],
    [
      "it changes a directory elsewhere",
      { ...nothing, elsewhere: ["a"] },
      [quiet],
      [{ code: "group-elsewhere", paths: ["a"] }],
    ],
    [
      "one cannot be judged and one is not ready",
      landing,
      [unread, member(8, 0)],
      [
        { code: "pull-unknown", number: 7 },
        { code: "pull-not-ready", number: 8 },
      ],
    ],
  ])("must not land where %s", (_, facts, members, reasons) => {
    expect(decideGroup(facts, members)).toMatchObject({ check: "failure", reasons });
  });

  it.each([
    ["by itself", unread],
    ["beside what is scheduled", halfRead],
  ])("waits only for what is found out by itself: %s", (_, one) => {
    expect(decideGroup({ ...landing, directories: [] }, [one])).toMatchObject({
      check: "in_progress",
      reasons: [{ code: "pull-unknown", number: 7 }],
    });
  });
});
