import { describe, expect, it } from "vitest";
import { explainReason, explainRefusal } from "../../src/explain/reasons.ts";
import type { Address, Bytes32 } from "../../src/protocol/hex.ts";
import type { Reason, Refusal } from "../../src/verdict.ts";
import { contract, registry, wallets } from "../helpers/facts.ts";

const signer = wallets[0]?.address as Address;
const hash: Bytes32 = `0x${"22".repeat(32)}`;
const problem = {
  code: "TREE_SYMLINK",
  message: 'found a symbolic link at "deep/link"',
  subject: "deep/link",
} as const;

const reasons: { readonly [Code in Reason["code"]]: Extract<Reason, { code: Code }> } = {
  "chain-unknown": { code: "chain-unknown", chainId: 5 },
  "chain-unreachable": { code: "chain-unreachable", chainId: 5, message: "the RPC of chain 5 gave no usable answer" },
  "not-registered": { code: "not-registered", contract },
  "foreign-record": { code: "foreign-record", contract, link: "https://github.com/acme/other/tree/aa/vault" },
  "base-moved": { code: "base-moved", path: "contracts/vault" },
  "directory-removed": { code: "directory-removed", path: "contracts/vault" },
  "source-refused": {
    code: "source-refused",
    path: "contracts/vault",
    problems: [problem, { ...problem, subject: "b" }],
  },
  "build-failed": {
    code: "build-failed",
    path: "contracts/vault",
    problems: [{ code: "BUILD_FAILED", message: "ParserError" }],
  },
  "constructor-reads": {
    code: "constructor-reads",
    contract: "contracts/vault/Vault.sol:Vault",
    instructions: ["CALLER", "TIMESTAMP"],
  },
  waiting: { code: "waiting", signed: 3, needed: 6 },
  approved: { code: "approved" },
  "approved-delayed": { code: "approved-delayed", delay: 172_800 },
  gated: { code: "gated", gate: signer },
  authority: { code: "authority", contract, authority: signer },
  "senders-differ": { code: "senders-differ", senders: [contract, signer] },
  withdrawn: { code: "withdrawn", by: "alice" },
  scheduling: { code: "scheduling", delay: 172_800 },
  scheduled: { code: "scheduled", ripeAt: 1_800_000_000, expiresAt: 1_801_209_600, left: 1_036_000 },
  "scheduled-before-merge": { code: "scheduled-before-merge" },
  "still-scheduled": { code: "still-scheduled", ripeAt: 1_800_000_000, expiresAt: 1_801_209_600 },
  "earlier-scheduled": {
    code: "earlier-scheduled",
    digest: `0x${"77".repeat(32)}`,
    ripeAt: 1_800_000_000,
    expiresAt: 1_801_209_600,
  },
  paused: { code: "paused", until: 1_800_000_000 },
  executing: { code: "executing" },
  cancelled: { code: "cancelled" },
  "schedule-expired": { code: "schedule-expired", expiresAt: 1_801_209_600 },
  rejected: { code: "rejected", contract, rejections: 4 },
  expired: { code: "expired", deadline: 1_800_000_000 },
  closed: { code: "closed" },
  "merged-without-quorum": { code: "merged-without-quorum" },
  "landed-differs": {
    code: "landed-differs",
    path: "contracts/vault",
    signed: hash,
    landed: "nothing that can be hashed",
  },
  "tip-differs": { code: "tip-differs", path: "contracts/vault", signed: hash },
  finalizing: { code: "finalizing" },
  unsent: { code: "unsent" },
  "finalize-refused": { code: "finalize-refused", message: "CallReverted(0x…)" },
  finalized: { code: "finalized", transaction: hash },
  "ahead-of-main": { code: "ahead-of-main" },
  "implementation-differs": { code: "implementation-differs", contract, found: undefined },
};

const refusals: { readonly [Code in Refusal["code"]]: Extract<Refusal, { code: Code }> } = {
  malformed: { code: "malformed", detail: "expected 65 bytes, found 64" },
  "earlier-proposal": { code: "earlier-proposal", signer, head: "a".repeat(40) },
  "other-hash": { code: "other-hash", signer, hash },
  "other-version": { code: "other-version", signer, version: 3 },
  "other-chain": { code: "other-chain", signer, chainId: 1 },
  "other-registry": { code: "other-registry", signer, registry },
  "signed-the-opposite": { code: "signed-the-opposite", signer },
  "no-signer": { code: "no-signer", recovered: signer },
  "contract-refused": { code: "contract-refused", signer },
  twice: { code: "twice", signer },
};

describe("every reason, as people read it", () => {
  it("says what is so and what to do", () => {
    const lines = Object.values(reasons).map((reason) => `${reason.code}: ${explainReason(reason)}`);
    expect(lines.join("\n")).toMatchSnapshot();
  });

  it("says of every signature that does not count why not", () => {
    const lines = Object.values(refusals).map((refusal) => `${refusal.code}: ${explainRefusal(refusal)}`);
    expect(lines.join("\n")).toMatchSnapshot();
  });

  it("names the transaction only where it is known, and the signer only where there is one", () => {
    expect(explainReason({ code: "finalized", transaction: undefined })).toContain("the record names this hash");
    expect(explainRefusal({ code: "no-signer", recovered: undefined })).toBe("recovers to no account");
  });
});
