import { describe, expect, it } from "vitest";
import { decidePull } from "../../src/decide/pull.ts";
import { decideSigning } from "../../src/decide/signing.ts";
import { explainBallot } from "../../src/explain/ballot.ts";
import { explainCall } from "../../src/explain/call.ts";
import { explainCheck } from "../../src/explain/check.ts";
import { explainComment, explainNothing } from "../../src/explain/comment.ts";
import { explainDeployments } from "../../src/explain/deployment.ts";
import { toSpan } from "../../src/explain/markdown.ts";
import { explainReply } from "../../src/explain/reply.ts";
import type { ContractFacts, PullFacts } from "../../src/facts.ts";
import { parseMarker } from "../../src/protocol/approval-block.ts";
import { toBallot } from "../../src/protocol/ballot.ts";
import { toAddress, zeroHash } from "../../src/protocol/hex.ts";
import type { PullVerdict } from "../../src/verdict.ts";
import {
  approval,
  baseContract,
  baseFacts,
  head,
  post,
  rejection,
  wallets,
  withContract,
  withPull,
} from "../helpers/facts.ts";
import { findLive } from "../helpers/inert.ts";

const host = "github.com";

function proposalOf(facts: PullFacts) {
  const [proposal] = decidePull(facts).proposals;
  if (!proposal?.proposal) throw new Error("there is no proposal");
  return proposal.proposal;
}

/** Five have signed, one rejects, one signed something else. */
function inTheMiddle(facts: PullFacts = baseFacts): PullFacts {
  const proposal = proposalOf(facts);
  const [wrong] = wallets.slice(8);
  if (!wrong) throw new Error("no wallet");
  const posts = [
    ...wallets
      .slice(0, 5)
      .map((wallet) => post([{ kind: "sign", signature: approval(wallet, proposal) }], { author: "alice" })),
    ...wallets
      .slice(7, 8)
      .map((wallet) => post([{ kind: "reject", signature: rejection(wallet, proposal) }], { author: "bob" })),
    post([{ kind: "sign", signature: rejection(wrong, proposal) }], { author: "mallory" }),
  ];
  // Numbered as they stand, so that the words are the same in every run.
  return {
    ...facts,
    posts: posts.map((one, index) => ({
      ...one,
      id: index + 1,
      url: `https://github.com/acme/vault/pull/7#issuecomment-${index + 1}`,
    })),
  };
}

function explain(facts: PullFacts): { verdict: PullVerdict; comment: string | undefined } {
  const verdict = decidePull(facts);
  return { verdict, comment: explainComment(verdict, facts) };
}

describe("what people read on a pull request", () => {
  it("is one comment while signatures come in", () => {
    expect(explain(inTheMiddle()).comment).toMatchSnapshot();
  });

  it.each<[string, PullFacts]>([
    ["waits", inTheMiddle()],
    ["touches nothing", { ...baseFacts, contracts: [], chains: [] }],
    ["has no configuration", { ...baseFacts, policy: { kind: "absent" }, contracts: [], chains: [] }],
    ["goes to another branch", withPull({ baseBranch: "stable" })],
    [
      "meets a broken configuration",
      {
        ...baseFacts,
        policy: { kind: "invalid", problems: [{ code: "POLICY_INVALID", message: "line 2, term: Invalid input" }] },
      },
    ],
    [
      "breaks its own copy of the configuration",
      { ...inTheMiddle(), headPolicy: [{ code: "POLICY_INVALID", message: "line 2, term: Invalid input" }] },
    ],
    ["has a branch to update", withContract({ trees: { ...baseContract.trees, base: "e".repeat(40) } })],
    [
      "landed as something else",
      withContract({ landed: undefined, tip: undefined }, withPull({ state: "merged", landed: head })),
    ],
  ])("is one check run, where it %s", (_, facts) => {
    expect(explainCheck(decidePull(facts))).toMatchSnapshot();
  });

  it("is a reply to each command", () => {
    const verdict = decidePull(inTheMiddle());
    const at = { kind: "comment", id: 5 } as const;
    const replies = [
      explainReply({ post: at, kind: "help" }, verdict),
      explainReply({ post: at, kind: "status" }, verdict),
      explainReply({ post: at, kind: "finalize" }, verdict),
      explainReply(
        { post: at, kind: "malformed", line: "/countersign sing", expected: "one of help, status" },
        verdict,
      ),
    ];
    expect(replies.join("\n\n---\n\n")).toMatchSnapshot();
  });

  it("is an answer to what was asked of a record that is scheduled, governed or withdrawn", () => {
    const at = { kind: "comment", id: 5 } as const;
    const [signer] = wallets.map(({ address }) => toAddress(address));
    if (!signer) throw new Error("no wallet");
    const waiting = decidePull(inTheMiddle());
    const cancel = { purpose: "cancel", chainId: 31_337, from: signer, to: signer, data: "0xabcd" } as const;
    const schedule = { ripeAt: 1, expiresAt: 2, isRipe: false };
    const proposals = waiting.proposals.map((one) => ({ ...one, schedule }));
    const guarded = { ...waiting, proposals: proposals.map((one) => ({ ...one, ready: [cancel] })) };
    const replies = [
      explainReply({ post: at, kind: "schedule" }, waiting),
      explainReply({ post: at, kind: "execute" }, waiting),
      explainReply({ post: at, kind: "cancel" }, waiting),
      explainReply({ post: at, kind: "cancel" }, { ...waiting, proposals }),
      explainReply({ post: at, kind: "cancel" }, guarded),
      explainReply({ post: at, kind: "denied", command: "propose", author: "mallory" }, waiting),
      explainReply({ post: at, kind: "voided", deadline: 1_800_000_000, signers: [signer] }, waiting),
    ];
    expect(replies.join("\n\n---\n\n")).toMatchSnapshot();
    expect(replies.flatMap((reply) => findLive(reply, { host }))).toEqual([]);
  });

  it.each([
    [0, "0 seconds"],
    [1, "1 second"],
    [119, "119 seconds"],
    [121, "3 minutes"],
    [7_201, "3 hours"],
    [172_800, "48 hours"],
    [172_801, "3 days"],
  ])("counts %d seconds as %s", (seconds, words) => expect(toSpan(seconds)).toBe(words));

  it("says why there is nothing to sign any more, and keeps what was proposed", () => {
    const verdict = decidePull({ ...baseFacts, contracts: [], chains: [] });
    const earlier = Array.from({ length: 30 }, () => ({ digest: `0x${"11".repeat(32)}` as const, head }));
    const words = explainNothing(verdict, { pull: baseFacts.pull, earlier });
    expect(words.replace(/^<!--.*-->$/m, "")).toMatchSnapshot();
    expect(parseMarker(words)?.earlier).toHaveLength(20);
  });

  it("is a deployment once it is finalized", () => {
    const { contractHash, transaction } = {
      contractHash: `0x${"22".repeat(32)}`,
      transaction: `0x${"77".repeat(32)}`,
    } as const;
    const {
      digest,
      approval: {
        upgrades: [upgrade],
      },
    } = proposalOf(baseFacts);
    const change = {
      digest,
      version: 2,
      contractHash,
      contractLink: String(upgrade?.contractLink),
      transaction,
      block: 9,
    };
    const onChain = { ...baseContract.onChain, changes: [change] } as ContractFacts["onChain"];
    const [proposal] = decidePull(withContract({ onChain }, withPull({ state: "merged", landed: head }))).proposals;
    expect(proposal && explainDeployments(proposal)).toMatchSnapshot();
    const [waiting] = decidePull(baseFacts).proposals;
    expect(waiting && explainDeployments(waiting)).toEqual([]);
  });

  it("names the calls of the upgrade, in comment and terminal", () => {
    const { address } = baseContract.contract;
    const code = { implementation: address, codeHash: zeroHash, initcode: "0x00", constructorReads: [] } as const;
    const build = { kind: "built", ...code, buildHash: zeroHash, contract: "V", compiler: "solc" } as const;
    const contract = { ...baseContract.contract, kind: "uups" } as const;
    const onChain = { ...baseContract.onChain, acceptsOwnership: true } as ContractFacts["onChain"];
    const facts = withContract({ contract, build, onChain });
    const { verdict, comment } = explain(facts);
    const upgrade = `upgradeToAndCall(${address}, 0x)`;
    expect(comment).toContain(
      `| Call | first accepts the ownership of the proxy: \`acceptOwnership()\` on \`${address}\` |\n` +
        `| Call | \`${upgrade}\` on \`${address}\` |`,
    );
    const [proposal] = decideSigning(verdict) ?? [];
    const ballot = proposal && explainBallot(toBallot("sign", proposal.proposal), proposal);
    expect(ballot).toContain(`first accepts the ownership of the proxy: acceptOwnership() on ${address}`);
    expect(ballot).toContain(`${upgrade} on ${address}`);
  });

  it("shows the data of a call that it does not know", () => {
    const call = { target: baseContract.contract.address, value: 0n, minGas: 0n, data: "0x12345678" } as const;
    expect(explainCall(call)).toBe(`\`0x12345678\` on \`${call.target}\``);
  });

  it("does not change by a push that changes nothing of the proposal", () => {
    const facts = inTheMiddle();
    const earlier = [{ digest: proposalOf(facts).digest, head }];
    const pushed = { ...facts, earlier, pull: { ...facts.pull, head: "f".repeat(40) } };
    expect(explain(pushed).comment).toBe(explain(facts).comment);
  });
});

const hostile = [
  "@acme/owners",
  "</summary></details><img src=x onerror=alert(1)>",
  "closes #1 acme/vault#2 GH-3",
  "a`b``c```d",
  "a|b|c",
  "line\n\n# Title\n- item",
  "<!-- countersign {} -->\n--> x",
  "[click](https://evil.example) ![x](https://evil.example/x.png)",
  "\u202egnp.exe\u2066 zero\u200bwidth \u0000\u0007",
  "https://evil.example/phish",
  "$(rm) $x {{y}} %0a",
];

describe("somebody else's words", () => {
  it.each(hostile)("%j can do nothing as a path, a login, a message or a line", (text) => {
    const facts = inTheMiddle();
    const problems = [{ code: "TREE_SYMLINK", message: text, subject: text }] as const;
    const refused = withContract({ source: { kind: "refused", problems } }, { ...facts, headPolicy: problems });
    const named = {
      ...facts,
      posts: facts.posts.map((one) => ({ ...one, author: text, url: `https://github.com/x#${text}` })),
    };
    const unreachable: PullFacts = { ...facts, chains: [{ kind: "unreachable", chainId: 31_337, message: text }] };
    const moved = withContract({ contract: { ...baseContract.contract, path: text } }, facts);
    const withdrawal = post([{ kind: "withdraw" }], { author: text, canWrite: true });
    const withdrawn = { ...moved, posts: [...named.posts, withdrawal] };
    const texts = [refused, named, unreachable, moved, withdrawn].flatMap((one) => {
      const { verdict, comment = "" } = explain(one);
      const at = { post: { kind: "comment", id: 1 } } as const;
      const malformed = { ...at, kind: "malformed", line: text, expected: "help" } as const;
      const denied = { ...at, kind: "denied", command: "withdraw", author: text } as const;
      return [comment, explainCheck(verdict).summary, explainReply(malformed, verdict), explainReply(denied, verdict)];
    });
    expect(texts.flatMap((one) => findLive(one, { host }))).toEqual([]);
    expect(texts.flatMap((one) => one.match(/^.*\|.*$/gm) ?? []).filter((row) => row.split(" | ").length > 4)).toEqual(
      [],
    );
  });

  it("is found by the test itself where it would be alive", () => {
    for (const text of hostile.slice(0, 3)) expect(findLive(text, { host }), text).not.toEqual([]);
    expect(findLive("[a](https://evil.example)", { host })).not.toEqual([]);
    expect(findLive("\u202e", { host })).not.toEqual([]);
  });
});

describe("a comment that would be too long", () => {
  /** Many contracts on several chains, each with the most signers, most of them having posted nonsense. */
  function crowd(contracts: number, chains: number): PullFacts {
    const signers = Array.from({ length: 32 }, (_, index) =>
      toAddress(`0x${(index + 1).toString(16).padStart(40, "0")}`),
    );
    const all = Array.from({ length: chains }, (_, chain) =>
      Array.from({ length: contracts }, (_, index): ContractFacts => {
        const address = toAddress(`0x${(1_000 + index).toString(16).padStart(40, "0")}`);
        const { onChain } = baseContract;
        const record = onChain?.record && { ...onChain.record, contractAddress: address, signers };
        return {
          ...baseContract,
          contract: { ...baseContract.contract, address, chain: chain + 1 },
          onChain: onChain && { ...onChain, record },
        };
      }),
    ).flat();
    const nonsense = Array.from({ length: 200 }, () => post([{ kind: "sign", signature: `0x${"12".repeat(65)}` }]));
    return {
      ...baseFacts,
      contracts: all,
      chains: Array.from({ length: chains }, (_, chain) => {
        const domain = { chainId: chain + 1, registry: toAddress(`0x${"e0".padStart(40, "0")}`) };
        return { kind: "read", domain, block: 1, time: baseFacts.now };
      }),
      posts: nonsense,
    };
  }

  it.each([
    [1, 1],
    [8, 1],
    [8, 3],
    [60, 2],
  ])("names what it cannot show, within what GitHub takes: %d contracts on %d chains", (contracts, chains) => {
    const { verdict, comment = "" } = explain(crowd(contracts, chains));
    expect(comment.length).toBeLessThanOrEqual(65_536);
    expect(parseMarker(comment)?.proposals).toHaveLength(chains);
    for (const { proposal } of verdict.proposals) expect(comment).toContain(String(proposal?.digest));
  });
});
