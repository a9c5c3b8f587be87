import { describe, expect, it } from "vitest";
import { decidePull } from "../../src/decide/pull.ts";
import { decideGreetings } from "../../src/decide/replies.ts";
import type { Post, PullFacts } from "../../src/facts.ts";
import type { Command } from "../../src/protocol/command.ts";
import { approval, baseFacts, now, post, wallets, withContract } from "../helpers/facts.ts";

function answersTo(commands: readonly Command[], change: Partial<Post> = {}, facts: PullFacts = baseFacts) {
  return decidePull({ ...facts, posts: [...facts.posts, post(commands, change)] }).replies;
}

describe("an answer is given only where check and comment do not give it", () => {
  it.each<[Command["kind"], Partial<Post>, string | undefined]>([
    ["help", {}, "help"],
    ["status", {}, "status"],
    ["cancel", {}, "cancel"],
    ["finalize", {}, "finalize"],
    ["schedule", {}, "schedule"],
    ["execute", {}, "execute"],
    ["propose", { author: "dev" }, undefined],
    ["propose", { canWrite: true }, undefined],
    ["propose", { trusted: true, canWrite: false }, "denied"],
    ["propose", {}, "denied"],
    ["withdraw", { author: "dev" }, undefined],
    ["withdraw", { canWrite: true }, undefined],
    ["withdraw", {}, "denied"],
  ])("to %s of %j", (kind, change, expected) => {
    const answers = answersTo([{ kind } as Command], change).map((reply) => reply.kind);
    expect(answers).toEqual(expected === undefined ? [] : [expected]);
  });

  it("to a step that has not come about", () => {
    if (!baseFacts.contracts[0]?.onChain) throw new Error("no record");
    const { source, onChain } = baseFacts.contracts[0];
    const contractLink = source.kind === "hashed" ? source.link : "";
    const hash = `0x${"2".repeat(64)}` as const;
    const change = { digest: hash, version: 2, contractHash: hash, contractLink, transaction: hash, block: 9 };
    const finalized = withContract({ onChain: { ...onChain, changes: [change] } });
    for (const kind of ["finalize", "schedule", "execute"] as const)
      expect(answersTo([{ kind }], {}, finalized)).toEqual([]);
  });

  it("once for each post, to the first command that needs one", () => {
    const kinds = answersTo([{ kind: "withdraw" }, { kind: "help" }, { kind: "status" }], { author: "dev" });
    expect(kinds.map(({ kind }) => kind)).toEqual(["help"]);
  });
});

describe("who proposes anew", () => {
  const [ada, grace] = wallets;
  const first = decidePull(baseFacts).proposals[0]?.proposal;
  if (!ada || !grace || !first) throw new Error("no proposal");
  const facts: PullFacts = {
    ...baseFacts,
    posts: [post([{ kind: "sign", signature: approval(ada, first) }], { createdAt: now - 50 })],
    earlier: [{ digest: first.digest, head: "a".repeat(40) }],
  };

  it("is told whose approvals that voids", () => {
    const [reply] = answersTo([{ kind: "propose" }], { author: "dev", createdAt: now }, facts);
    expect(reply).toMatchObject({ kind: "voided", signers: [ada.address], deadline: now + 14 * 86_400 });
  });

  it("is told nothing of approvals that came later, and were voided by something else", () => {
    const late = post([{ kind: "sign", signature: approval(grace, first) }], { createdAt: now + 50 });
    const { replies } = decidePull({
      ...facts,
      posts: [...facts.posts, post([{ kind: "propose" }], { author: "dev", createdAt: now }), late],
    });
    expect(replies).toMatchObject([{ kind: "voided", signers: [ada.address] }]);
  });

  it("revives what was withdrawn", () => {
    const posts = [post([{ kind: "withdraw" }], { author: "dev" }), post([{ kind: "propose" }], { author: "dev" })];
    expect(decidePull({ ...baseFacts, posts: posts.slice(0, 1) }).proposals[0]?.state).toBe("withdrawn");
    expect(decidePull({ ...baseFacts, posts }).proposals[0]?.state).toBe("proposed");
  });
});

describe("a comment with a command", () => {
  it("is greeted for a day", () => {
    const unseen = [
      { id: 1, createdAt: now - 86_401 },
      { id: 2, createdAt: now - 86_399 },
    ];
    expect(decideGreetings(unseen, now)).toEqual([2]);
  });
});
