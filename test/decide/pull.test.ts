import { describe, expect, it } from "vitest";
import { decideMerge } from "../../src/decide/merge.ts";
import { decidePull } from "../../src/decide/pull.ts";
import type { ChangeFacts, ContractFacts, PullFacts } from "../../src/facts.ts";
import { toAddress, zeroHash } from "../../src/protocol/hex.ts";
import type { Proposal } from "../../src/verdict.ts";
import {
  after,
  approval,
  baseContract,
  baseFacts,
  before,
  contract,
  domain,
  now,
  post,
  registry,
  rejection,
  stranger,
  wallets,
  withContract,
  withPull,
  withRecord,
} from "../helpers/facts.ts";

function proposalOf(facts: PullFacts): Proposal {
  const proposal = decidePull(facts).proposals[0]?.proposal;
  if (!proposal) throw new Error("no proposal");
  return proposal;
}

/** What these facts say once these signers have approved and those have rejected. */
function signed(
  facts: PullFacts,
  { by = [], against = [] }: { by?: readonly number[]; against?: readonly number[] },
): PullFacts {
  const proposal = proposalOf(facts);
  const posts = wallets.flatMap((wallet, index) => [
    ...(by.includes(index) ? [post([{ kind: "sign", signature: approval(wallet, proposal) }])] : []),
    ...(against.includes(index) ? [post([{ kind: "reject", signature: rejection(wallet, proposal) }])] : []),
  ]);
  return { ...facts, posts: [...facts.posts, ...posts] };
}

const six = [0, 1, 2, 3, 4, 5];
const elsewhere = "https://github.com/mallory/vault/tree/9999999999999999999999999999999999999999/contracts/vault";
const change: ChangeFacts = {
  digest: zeroHash,
  version: 2,
  contractHash: after,
  contractLink: baseContract.source.kind === "hashed" ? baseContract.source.link : "",
  transaction: `0x${"f".repeat(64)}`,
  block: 9,
};

const merged = withContract({ landed: after, tip: after }, withPull({ state: "merged", landed: "e".repeat(40) }));

function onChain(change: Partial<NonNullable<ContractFacts["onChain"]>>): NonNullable<ContractFacts["onChain"]> {
  if (!baseContract.onChain) throw new Error("no record");
  return { ...baseContract.onChain, ...change };
}

const proxy = { ...baseContract.contract, kind: "uups" } as const;
const built = {
  kind: "built",
  implementation: contract,
  constructorReads: [],
  initcode: "0x00",
  codeHash: after,
  buildHash: after,
  contract: "V",
  compiler: "solc",
} as const;

describe("where a proposal stands", () => {
  const foreign = withRecord({ contractLink: elsewhere }).contracts[0]?.onChain ?? onChain({});
  const problem = { code: "TREE_SYMLINK", message: "a link" } as const;
  it.each<[string, PullFacts, string, string, readonly string[]]>([
    ["nobody signed", baseFacts, "proposed", "in_progress", ["waiting"]],
    ["five of six signed", signed(baseFacts, { by: [0, 1, 2, 3, 4] }), "proposed", "in_progress", ["waiting"]],
    ["six of six signed", signed(baseFacts, { by: six }), "approved", "success", ["approved"]],
    [
      "one of seven took it back",
      signed(baseFacts, { by: [...six, 6], against: [0] }),
      "approved",
      "success",
      ["approved"],
    ],
    ["one of six took it back", signed(baseFacts, { by: six, against: [0] }), "proposed", "in_progress", ["waiting"]],
    [
      "three rejected: six can still sign",
      signed(baseFacts, { against: [0, 1, 2] }),
      "proposed",
      "in_progress",
      ["waiting"],
    ],
    [
      "four rejected: six cannot sign any more",
      signed(baseFacts, { against: [0, 1, 2, 3] }),
      "rejected",
      "failure",
      ["rejected"],
    ],
    [
      "the chain's time is past the deadline",
      { ...baseFacts, chains: [{ kind: "read", domain, block: 1, time: now + 15 * 86_400 }] },
      "expired",
      "failure",
      ["expired"],
    ],
    [
      "the chain has no such record",
      withContract({ onChain: onChain({ record: undefined }) }),
      "blocked",
      "action_required",
      ["not-registered"],
    ],
    [
      "the record belongs to another repository",
      withRecord({ contractLink: elsewhere }),
      "blocked",
      "action_required",
      ["foreign-record"],
    ],
    [
      "the record's link has a name that the repository had before",
      withContract({ onChain: { ...foreign, isRenamed: true } }),
      "proposed",
      "in_progress",
      ["waiting"],
    ],
    [
      "the record belongs to another path",
      withRecord({
        contractLink: elsewhere
          .replace("mallory", "acme")
          .replace("/vault/tree", "/vault/tree")
          .replace("contracts/vault", "contracts/other"),
      }),
      "blocked",
      "action_required",
      ["foreign-record"],
    ],
    [
      "the base changed the directory",
      withContract({ trees: { mergeBase: "1", base: "2", head: "3" } }),
      "outdated",
      "action_required",
      ["base-moved"],
    ],
    [
      "the base changed it to the same",
      withContract({ trees: { mergeBase: "1", base: "3", head: "3" } }),
      "proposed",
      "in_progress",
      ["waiting"],
    ],
    [
      "the directory was removed",
      withContract({ trees: { mergeBase: "1", base: "1", head: undefined } }),
      "blocked",
      "action_required",
      ["directory-removed"],
    ],
    [
      "the directory cannot be hashed",
      withContract({ source: { kind: "refused", problems: [problem] } }),
      "blocked",
      "action_required",
      ["source-refused"],
    ],
    [
      "the chain has no setting",
      { ...baseFacts, chains: [{ kind: "unknown", chainId: 31_337 }] },
      "blocked",
      "action_required",
      ["chain-unknown"],
    ],
    [
      "the chain is unreachable",
      { ...baseFacts, chains: [{ kind: "unreachable", chainId: 31_337, message: "down" }] },
      "unknown",
      "in_progress",
      ["chain-unreachable"],
    ],
    ["closed without merging", withPull({ state: "closed" }), "failed", "failure", ["closed"]],
    ["merged without quorum", merged, "proposed", "in_progress", ["merged-without-quorum", "waiting"]],
    ["merged and signed", signed(merged, { by: six }), "approved", "success", ["finalizing"]],
    [
      "merged, but something else landed",
      signed(withContract({ landed: before }, merged), { by: six }),
      "failed",
      "failure",
      ["landed-differs"],
    ],
    [
      "merged, but nothing that can be hashed landed",
      signed(withContract({ landed: undefined }, merged), { by: six }),
      "failed",
      "failure",
      ["landed-differs"],
    ],
    [
      "merged, but the base moved on",
      signed(withContract({ tip: before }, merged), { by: six }),
      "outdated",
      "failure",
      ["tip-differs"],
    ],
    [
      "finalized after the merge",
      withContract({ onChain: onChain({ changes: [change] }) }, merged),
      "finalized",
      "success",
      ["finalized"],
    ],
    [
      "finalized before the merge",
      withContract({ onChain: onChain({ changes: [change] }) }),
      "finalized",
      "success",
      ["finalized", "ahead-of-main"],
    ],
  ])("%s", (_, facts, state, check, reasons) => {
    const verdict = decidePull(facts);
    expect(verdict.proposals.map((proposal) => proposal.state)).toEqual([state]);
    expect(verdict.proposals[0]?.reasons.map(({ code }) => code)).toEqual(reasons);
    expect(verdict.check).toBe(check);
  });

  it("says every reason, not the first", () => {
    const facts = withRecord(
      { contractLink: elsewhere },
      withContract({ trees: { mergeBase: "1", base: "2", head: "3" } }),
    );
    expect(decidePull(facts).proposals[0]?.reasons.map(({ code }) => code)).toEqual(["base-moved", "foreign-record"]);
  });

  it("says so when the proxy runs something else than what was signed", () => {
    const record = baseContract.onChain?.record && { ...baseContract.onChain.record, version: 2 };
    const facts = withContract({
      contract: proxy,
      build: built,
      onChain: onChain({ record, changes: [change], implementation: registry }),
    });
    expect(decidePull(facts).proposals[0]).toMatchObject({
      state: "failed",
      reasons: [{ code: "implementation-differs" }],
    });
    const right = withContract({
      contract: proxy,
      build: built,
      onChain: onChain({ record, changes: [change], implementation: contract }),
    });
    expect(decidePull(right).proposals[0]).toMatchObject({ state: "finalized" });
  });
});

describe("what is signed", () => {
  it("is the record's next version at the link, with the term's deadline", () => {
    expect(proposalOf(baseFacts).approval).toEqual({
      deadline: now - 3600 + 14 * 86_400,
      upgrades: [
        {
          contractAddress: contract,
          version: 2,
          contractHash: after,
          contractLink: change.contractLink,
          buildHash: zeroHash,
          code: [],
          calls: [],
        },
      ],
    });
  });

  it("upgrades a proxy, and first takes over one that is pending for the executor", () => {
    const acceptsOwnership = (is: boolean) =>
      withContract({ contract: proxy, build: built, onChain: onChain({ acceptsOwnership: is }) });
    const callsOf = (facts: PullFacts) => proposalOf(facts).approval.upgrades.flatMap(({ calls }) => calls);
    const [upgrade, ...none] = callsOf(acceptsOwnership(false));
    expect(upgrade?.data.slice(0, 10)).toBe("0x4f1ef286");
    expect(none).toEqual([]);
    const acceptance = { target: contract, value: 0n, minGas: 0n, data: "0x79ba5097" };
    expect(callsOf(acceptsOwnership(true))).toEqual([acceptance, upgrade]);
    expect(callsOf(withContract({ onChain: onChain({ acceptsOwnership: true }) }))).toEqual([]);
  });

  it("gets a new deadline only by somebody allowed", () => {
    const propose = { kind: "propose" } as const;
    const later = { createdAt: now + 100 };
    const byAnyone = { ...baseFacts, posts: [post([propose], later)] };
    expect(proposalOf(byAnyone).digest).toBe(proposalOf(baseFacts).digest);
    const byMember = { ...baseFacts, posts: [post([propose], { ...later, canWrite: true })] };
    expect(proposalOf(byMember).approval.deadline).toBe(now + 100 + 14 * 86_400);
  });

  it("covers all contracts of a chain in the order of their addresses", () => {
    const other = toAddress("0x00000000000000000000000000000000000000a0");
    const record = baseContract.onChain?.record && { ...baseContract.onChain.record, contractAddress: other };
    const second = {
      ...baseContract,
      contract: { ...baseContract.contract, address: other },
      onChain: onChain({ record }),
    };
    const facts = { ...baseFacts, contracts: [baseContract, second] };
    expect(proposalOf(facts).approval.upgrades.map(({ contractAddress }) => contractAddress)).toEqual([
      other,
      contract,
    ]);
    expect(decidePull(signed(facts, { by: six })).check).toBe("success");
  });
});

describe("a signature that does not count", () => {
  const proposal = proposalOf(baseFacts);
  const [wallet] = wallets;
  const by = (changed: Partial<Proposal["approval"]["upgrades"][number]>, at = domain) =>
    wallet
      ? approval(wallet, {
          domain: at,
          approval: {
            ...proposal.approval,
            upgrades: proposal.approval.upgrades.map((one) => ({ ...one, ...changed })),
          },
        })
      : "0x";
  const valid = by({});
  const highS = (() => {
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = (order - BigInt(`0x${valid.slice(66, 130)}`)).toString(16).padStart(64, "0");
    const v = valid.endsWith("1b") ? "1c" : "1b";
    return `${valid.slice(0, 66)}${s}${v}` as const;
  })();

  it.each<[string, string, string]>([
    ["for the hash that the record has", by({ contractHash: before }), "other-hash"],
    ["for another hash", by({ contractHash: `0x${"7".repeat(64)}` }), "no-signer"],
    ["for another chain", by({}, { ...domain, chainId: 1 }), "other-chain"],
    ["for another registry", by({}, { ...domain, registry: contract }), "no-signer"],
    ["for another version", by({ version: 3 }), "other-version"],
    ["for another link", by({ contractLink: "https://example.com" }), "no-signer"],
    ["by no signer", approval(stranger, proposal), "no-signer"],
    ["a rejection said to be an approval", wallet ? rejection(wallet, proposal) : "", "signed-the-opposite"],
    ["with high s", highS, "malformed"],
    ["with v 0", `${valid.slice(0, 130)}00`, "malformed"],
    ["cut short", valid.slice(0, 128), "malformed"],
    ["empty", "0x", "malformed"],
  ])("%s", (_, signature, code) => {
    const facts = { ...baseFacts, posts: [post([{ kind: "sign", signature: signature as `0x${string}` }])] };
    const verdict = decidePull(facts).proposals[0];
    expect(verdict?.tallies[0]?.signed).toBe(0);
    expect(verdict?.refused.map(({ refusal }) => refusal.code)).toEqual([code]);
  });

  it("counts a signer once, whoever posts it and however often", () => {
    const twice = [
      post([{ kind: "sign", signature: valid }]),
      post([{ kind: "sign", signature: valid }], { author: "other" }),
    ];
    const verdict = decidePull({ ...baseFacts, posts: twice }).proposals[0];
    expect(verdict?.tallies[0]?.signed).toBe(1);
    expect(verdict?.refused.map(({ refusal }) => refusal.code)).toEqual(["twice"]);
  });

  it("says whose approval a push voided", () => {
    const earlier = [{ digest: proposal.digest, head: "b".repeat(40) }];
    const moved = withContract({
      source: { kind: "hashed", hash: `0x${"3".repeat(64)}`, link: change.contractLink, files: 2 },
    });
    const facts = { ...moved, earlier, posts: [post([{ kind: "sign", signature: valid }])] };
    expect(decidePull(facts).proposals[0]?.refused[0]?.refusal).toEqual({
      code: "earlier-proposal",
      signer: wallet?.address,
      head: "b".repeat(40),
    });
  });
});

describe("a flood of signatures", () => {
  const proposal = proposalOf(baseFacts);
  const [ada] = wallets;
  if (!ada) throw new Error("no wallets");
  const junk = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      post([{ kind: "sign", signature: `0x${(index + 1).toString(16).padStart(64, "0")}${"33".repeat(32)}1b` }]),
    );

  it("is heard up to a bound, and does not displace those who may write here", () => {
    const signed = post([{ kind: "sign", signature: approval(ada, proposal) }], { trusted: true });
    const [verdict] = decidePull({ ...baseFacts, posts: [...junk(600), signed] }).proposals;
    expect(verdict?.refused).toHaveLength(499);
    expect(verdict?.tallies[0]?.signed).toBe(1);
  });

  it.each([
    ["by the author of the pull request, in a comment of his that he edited", "dev", true, true],
    ["by a stranger, where the host calls the signers strangers", "mallory", false, false],
    ["by the author, where the host calls the signers strangers", "dev", true, false],
  ])("silences no rejection: %s", (_, author, trusted, areTrusted) => {
    const said = (by: string, createdAt: number) => ({ author: by, createdAt, trusted: areTrusted });
    const approvals = wallets
      .slice(0, 6)
      .map((wallet) => post([{ kind: "sign", signature: approval(wallet, proposal) }], said("owner", now - 100)));
    const rejections = wallets
      .slice(5)
      .map((wallet) => post([{ kind: "reject", signature: rejection(wallet, proposal) }], said("other", now - 10)));
    const flood = post(
      Array.from({ length: 600 }, () => ({ kind: "reject", signature: "0x00" })),
      { author, trusted, createdAt: now - 50 },
    );
    const { check, proposals } = decidePull({ ...baseFacts, posts: [...approvals, flood, ...rejections] });
    expect([check, proposals[0]?.state]).toEqual(["failure", "rejected"]);
    expect(proposals[0]?.tallies[0]?.signed).toBe(5);
  });

  it("is explained up to a bound", () => {
    const earlier = [{ digest: proposal.digest, head: "b".repeat(40) }];
    const moved = withContract({
      source: { kind: "hashed", hash: `0x${"3".repeat(64)}`, link: change.contractLink, files: 2 },
    });
    const posts = Array.from({ length: 70 }, () => post([{ kind: "sign", signature: approval(ada, proposal) }]));
    const codes = decidePull({ ...moved, earlier, posts }).proposals[0]?.refused.map(({ refusal }) => refusal.code);
    expect(codes?.filter((code) => code === "earlier-proposal")).toHaveLength(60);
    expect(codes?.filter((code) => code === "no-signer")).toHaveLength(10);
  });
});

describe("a pull request on two chains", () => {
  const there = { chainId: 10, registry };
  const other = { ...baseContract, contract: { ...baseContract.contract, chain: 10 } };
  const facts: PullFacts = {
    ...baseFacts,
    contracts: [baseContract, other],
    chains: [...baseFacts.chains, { kind: "read", domain: there, block: 1, time: now }],
  };

  it("counts a signature for the chain that it is for, and holds it against nobody on the other", () => {
    const [first, second] = decidePull(facts).proposals;
    const [ada, grace] = wallets;
    if (!first?.proposal || !second?.proposal || !ada || !grace) throw new Error("no proposals");
    const lines = [
      post([{ kind: "sign", signature: approval(ada, first.proposal) }]),
      post([{ kind: "sign", signature: approval(grace, second.proposal) }]),
      post([{ kind: "reject", signature: rejection(ada, second.proposal) }]),
    ];
    const { proposals } = decidePull({ ...facts, posts: lines });
    expect(proposals.map(({ tallies }) => [tallies[0]?.signed, tallies[0]?.rejected])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(proposals.flatMap(({ refused }) => refused)).toEqual([]);
  });
});

describe("a contract among the signers", () => {
  const account = toAddress(String(wallets[0]?.address));
  const facts = withRecord({ contractSigners: [account] });
  const proposal = proposalOf(facts);
  const asked = { ...facts, posts: [post([{ kind: "sign", signature: "0xabcd", account }])] };
  const answer = (...valid: boolean[]) => ({
    contractSignatures: valid.map(
      (one) => ({ account, digest: proposal.digest, signature: "0xabcd", valid: one }) as const,
    ),
    schedules: [],
    votes: [],
  });

  it("counts when it accepts", () => expect(decidePull(asked, answer(true)).proposals[0]?.tallies[0]?.signed).toBe(1));
  it("does not when it refuses, or was not asked", () => {
    for (const answers of [answer(false), answer()]) {
      expect(decidePull(asked, answers).proposals[0]?.refused[0]?.refusal.code).toBe("contract-refused");
    }
  });
  it("cannot be signed for by the key of its own address", () => {
    const key = wallets[0] ? approval(wallets[0], proposal) : "0x";
    const byKey = { ...facts, posts: [post([{ kind: "sign", signature: key }])] };
    expect(decidePull(byKey).proposals[0]?.tallies[0]?.signed).toBe(0);
  });
});

describe("what may be sent to the chain", () => {
  it("is nothing before the merge, nor without quorum", () => {
    for (const facts of [baseFacts, signed(baseFacts, { by: six }), merged]) {
      expect(decideMerge(facts, decidePull(facts))).toEqual([]);
    }
  });

  it("is the approval with as few signatures as needed, in any order of posting", () => {
    const facts = signed(merged, { by: [8, ...six, 7] });
    const [order] = decideMerge(facts, decidePull(facts));
    expect(order).toMatchObject({ kind: "finalize", proposal: { digest: proposalOf(merged).digest } });
    expect(order?.kind === "finalize" && order.signatures).toHaveLength(6);
  });

  it("is nothing again once the registry refused it in this run", () => {
    const facts = signed(merged, { by: six });
    const refused = { ...facts, refusals: [{ digest: proposalOf(facts).digest, message: "CodeMismatch" }] };
    expect(decidePull(refused).proposals[0]).toMatchObject({
      state: "failed",
      reasons: [{ code: "finalize-refused", message: "CodeMismatch" }],
    });
    expect(decideMerge(refused, decidePull(refused))).toEqual([]);
  });
});

describe("a pull request that is no proposal", () => {
  it.each<[string, PullFacts, string, string]>([
    ["no configuration", { ...baseFacts, policy: { kind: "absent" } }, "not-configured", "success"],
    ["no registered directory touched", { ...baseFacts, contracts: [], chains: [] }, "untouched", "success"],
    ["another branch", withPull({ baseBranch: "release" }), "other-branch", "success"],
    [
      "a broken configuration",
      { ...baseFacts, policy: { kind: "invalid", problems: [{ code: "POLICY_INVALID", message: "no" }] } },
      "policy-invalid",
      "action_required",
    ],
  ])("%s", (_, facts, scope, check) => {
    expect(decidePull(facts)).toMatchObject({ scope: { kind: scope }, check, proposals: [] });
  });
});

describe("commands that wait for an answer", () => {
  it("are answered once each", () => {
    const help = post([{ kind: "help" }]);
    const facts = {
      ...baseFacts,
      posts: [help, post([{ kind: "malformed", line: "/countersign x", expected: "y" }]), post([{ kind: "propose" }])],
    };
    expect(decidePull(facts).replies.map(({ kind }) => kind)).toEqual(["help", "malformed", "denied"]);
    expect(
      decidePull({ ...facts, answered: [{ kind: "comment", id: help.id }] }).replies.map(({ kind }) => kind),
    ).toEqual(["malformed", "denied"]);
  });
});
