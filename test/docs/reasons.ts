import type { GroupReason, Reason, Refusal } from "../../src/verdict.ts";

/** One of each: a code that is missing here does not compile. */
type Samples<T extends { code: string }> = { readonly [C in T["code"]]: Extract<T, { code: C }> };

const contract = "0x9fE46736679d2D9a65F0992F2272dE9f3c7fa6e0";
const signer = "0x26ec6DD1CD89BFb057bf960FA23D97b2e13306a3";
const path = "contracts/vault";
const [before, after, transaction] = [`0x${"a".repeat(64)}`, `0x${"b".repeat(64)}`, `0x${"c".repeat(64)}`] as const;

export const reasons: Samples<Reason> = {
  "chain-unknown": { code: "chain-unknown", chainId: 10 },
  "chain-unreachable": { code: "chain-unreachable", chainId: 1, message: "the RPC of chain 1 gave no usable answer" },
  "not-registered": { code: "not-registered", contract },
  "foreign-record": {
    code: "foreign-record",
    contract,
    link: `https://github.com/other/vault/tree/${"1".repeat(40)}/src`,
  },
  "base-moved": { code: "base-moved", path },
  "directory-removed": { code: "directory-removed", path },
  "source-refused": {
    code: "source-refused",
    path,
    problems: [
      { code: "TREE_SYMLINK", message: 'expected a regular file, found a symbolic link at "a"', subject: "a" },
    ],
  },
  "build-failed": {
    code: "build-failed",
    path,
    problems: [{ code: "BUILD_FAILED", message: "expected Solidity sources (.sol), found none" }],
  },
  "constructor-reads": { code: "constructor-reads", contract: `${path}/Vault.sol:Vault`, instructions: ["TIMESTAMP"] },
  waiting: { code: "waiting", signed: 2, needed: 6 },
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
  "landed-differs": { code: "landed-differs", path, signed: after, landed: before },
  "tip-differs": { code: "tip-differs", path, signed: after },
  finalizing: { code: "finalizing" },
  unsent: { code: "unsent" },
  "finalize-refused": {
    code: "finalize-refused",
    message: "DeadlinePassed(deadline: 1800000000, timestamp: 1800000001)",
  },
  finalized: { code: "finalized", transaction },
  "ahead-of-main": { code: "ahead-of-main" },
  "implementation-differs": { code: "implementation-differs", contract, found: undefined },
};

export const groupReasons: Samples<GroupReason> = {
  "group-outdated": { code: "group-outdated" },
  "group-elsewhere": { code: "group-elsewhere", paths: [path] },
  "pull-unknown": { code: "pull-unknown", number: 7 },
  "pull-not-ready": { code: "pull-not-ready", number: 7 },
  "pull-not-open": { code: "pull-not-open", number: 7 },
  "version-taken": { code: "version-taken", number: 8, by: 7, contract },
  "would-land-other": { code: "would-land-other", number: 7, path, signed: after },
  "nobody-proposed": { code: "nobody-proposed", path },
};

export const refusals: Samples<Refusal> = {
  malformed: { code: "malformed", detail: "expected 65 bytes, found 64" },
  "signed-the-opposite": { code: "signed-the-opposite", signer },
  "earlier-proposal": { code: "earlier-proposal", signer, head: "1220c18cc1a22e69c4f5151d7ecade1449efad83" },
  "other-hash": { code: "other-hash", signer, hash: before },
  "other-version": { code: "other-version", signer, version: 1 },
  "other-registry": { code: "other-registry", signer, registry: contract },
  "other-chain": { code: "other-chain", signer, chainId: 1 },
  "no-signer": { code: "no-signer", recovered: signer },
  "contract-refused": { code: "contract-refused", signer },
  twice: { code: "twice", signer },
};
