import type { Problem } from "./errors.ts";
import type { UpgradeKind } from "./policy.ts";
import type { Approval, Domain } from "./protocol/approval.ts";
import type { FileChanges } from "./protocol/file-changes.ts";
import type { Address, Bytes32, Hex } from "./protocol/hex.ts";
import type { PostName } from "./protocol/reply-marker.ts";
import type { SignerSignature } from "./protocol/signature.ts";
import type { Where } from "./protocol/voices.ts";

/** Why a proposal stands where it stands. `explain/reasons.ts` has the words of each. */
export type Reason =
  | { readonly code: "chain-unknown"; readonly chainId: number }
  | { readonly code: "chain-unreachable"; readonly chainId: number; readonly message: string }
  | { readonly code: "not-registered"; readonly contract: Address }
  | { readonly code: "foreign-record"; readonly contract: Address; readonly link: string }
  | { readonly code: "base-moved"; readonly path: string }
  | { readonly code: "directory-removed"; readonly path: string }
  | { readonly code: "source-refused"; readonly path: string; readonly problems: readonly Problem[] }
  | { readonly code: "build-failed"; readonly path: string; readonly problems: readonly Problem[] }
  | { readonly code: "constructor-reads"; readonly contract: string; readonly instructions: readonly string[] }
  | { readonly code: "waiting"; readonly signed: number; readonly needed: number }
  | { readonly code: "approved" }
  /** Merging schedules it; it is carried out so many seconds later. */
  | { readonly code: "approved-delayed"; readonly delay: number }
  | { readonly code: "gated"; readonly gate: Address }
  | { readonly code: "authority"; readonly contract: Address; readonly authority: Address }
  | { readonly code: "senders-differ"; readonly senders: readonly Address[] }
  | { readonly code: "withdrawn"; readonly by: string }
  | { readonly code: "rejected"; readonly contract: Address; readonly rejections: number }
  | { readonly code: "expired"; readonly deadline: number }
  | { readonly code: "closed" }
  | { readonly code: "merged-without-quorum" }
  | { readonly code: "landed-differs"; readonly path: string; readonly signed: Bytes32; readonly landed: string }
  | { readonly code: "tip-differs"; readonly path: string; readonly signed: Bytes32 }
  | { readonly code: "finalizing" }
  | { readonly code: "unsent" }
  | { readonly code: "scheduling"; readonly delay: number }
  /** Unix seconds; `left`: seconds until it is ripe. */
  | { readonly code: "scheduled"; readonly ripeAt: number; readonly expiresAt: number; readonly left: number }
  | { readonly code: "scheduled-before-merge" }
  /** The proposal has ended here, and not on chain. */
  | { readonly code: "still-scheduled"; readonly ripeAt: number; readonly expiresAt: number }
  /** Not what is proposed now. */
  | {
      readonly code: "earlier-scheduled";
      readonly digest: Bytes32;
      readonly ripeAt: number;
      readonly expiresAt: number;
    }
  | { readonly code: "paused"; readonly until: number }
  | { readonly code: "executing" }
  | { readonly code: "cancelled" }
  | { readonly code: "schedule-expired"; readonly expiresAt: number }
  | { readonly code: "finalize-refused"; readonly message: string }
  | { readonly code: "finalized"; readonly transaction: Bytes32 | undefined }
  | { readonly code: "ahead-of-main" }
  | { readonly code: "implementation-differs"; readonly contract: Address; readonly found: Address | undefined };

/** Why a signature in a post does not count. */
export type Refusal =
  | { readonly code: "malformed"; readonly detail: string }
  | { readonly code: "earlier-proposal"; readonly signer: Address; readonly head: string }
  | { readonly code: "other-hash"; readonly signer: Address; readonly hash: Bytes32 }
  | { readonly code: "other-version"; readonly signer: Address; readonly version: number }
  | { readonly code: "other-chain"; readonly signer: Address; readonly chainId: number }
  | { readonly code: "other-registry"; readonly signer: Address; readonly registry: Address }
  | { readonly code: "signed-the-opposite"; readonly signer: Address }
  | { readonly code: "no-signer"; readonly recovered: Address | undefined }
  | { readonly code: "contract-refused"; readonly signer: Address }
  | { readonly code: "twice"; readonly signer: Address };

/** The states of protocol §6, and those in which there is no proposal to have one. */
export type ProposalState =
  | "proposed"
  | "approved"
  | "scheduled"
  | "finalized"
  | "outdated"
  | "withdrawn"
  | "rejected"
  | "expired"
  | "failed"
  | "blocked"
  | "unknown";

export interface RefusedPost extends Where {
  readonly refusal: Refusal;
}

export interface SignerStand {
  readonly signer: Address;
  /** `revoked`: signed, and taken back on chain. */
  readonly stand: "signed" | "revoked" | "rejected" | "missing";
  readonly where?: Where;
}

/** How far one record is. */
export interface Tally {
  readonly contract: Address;
  readonly needed: number;
  readonly signed: number;
  readonly rejected: number;
  readonly signers: readonly SignerStand[];
}

/** One contract of a proposal, as people read it. */
export interface Change {
  readonly contract: Address;
  readonly kind: UpgradeKind;
  readonly path: string;
  readonly before?: { readonly hash: Bytes32 | undefined; readonly version: number };
  readonly after?: { readonly hash: Bytes32; readonly link: string; readonly files: number };
  readonly files?: FileChanges;
  readonly build?: { readonly contract: string; readonly compiler: string; readonly buildHash: Bytes32 };
  readonly implementation?: { readonly address: Address; readonly codeHash: Bytes32 };
}

/** What is signed: present as soon as it can be derived. */
export interface Proposal {
  readonly domain: Domain;
  readonly approval: Approval;
  readonly digest: Bytes32;
}

/** All contracts of a pull request on one chain. */
export interface ProposalVerdict {
  readonly chainId: number;
  readonly state: ProposalState;
  readonly reasons: readonly Reason[];
  readonly changes: readonly Change[];
  readonly proposal?: Proposal;
  readonly tallies: readonly Tally[];
  readonly refused: readonly RefusedPost[];
  /** What counts, one for each signer. */
  readonly signatures: readonly SignerSignature[];
  /** Over the rejection, one for each signer that rejects in a post. */
  readonly rejections?: readonly SignerSignature[];
  readonly transaction?: Bytes32;
  readonly schedule?: Schedule;
  /** What somebody else than we has to send now, or may, in this order. */
  readonly ready?: readonly ReadyTransaction[];
}

/** What waits on chain for its delay (protocol §3), by the chain's clock in Unix seconds. */
export interface Schedule {
  /** The earliest moment, if nobody pauses. */
  readonly ripeAt: number;
  readonly expiresAt: number;
  /** While a record is paused. */
  readonly pausedUntil?: number;
  /** Can be executed at the block that was read. */
  readonly isRipe: boolean;
}

/** A transaction of somebody else, ready to be sent. It has no value. */
export interface ReadyTransaction {
  readonly purpose: "deploy" | "finalize" | "schedule" | "execute" | "reject" | "cancel" | "revoke";
  readonly chainId: number;
  /** Who alone can send it; undefined: anybody, but to revoke each signer for himself. */
  readonly from: Address | undefined;
  readonly to: Address;
  readonly data: Hex;
}

/** Words that somebody asked for in a post. */
export type Reply = { readonly post: PostName } & (
  | { readonly kind: "help" }
  | { readonly kind: "status" }
  | { readonly kind: "finalize" | "schedule" | "execute" }
  | { readonly kind: "cancel" }
  /** `author` is neither of those who may. */
  | { readonly kind: "denied"; readonly command: "propose" | "withdraw"; readonly author: string }
  /** What a new proposal has voided: approvals of these signers. */
  | { readonly kind: "voided"; readonly deadline: number; readonly signers: readonly Address[] }
  | { readonly kind: "malformed"; readonly line: string; readonly expected: string }
);

/** The check as GitHub knows it: a conclusion, or still going on. Never neutral or skipped (protocol §6). */
export type CheckState = "success" | "in_progress" | "action_required" | "failure";

export interface PullVerdict {
  readonly check: CheckState;
  /** Why there is no proposal at all, where there is none. */
  readonly scope:
    | { readonly kind: "proposals" }
    | { readonly kind: "untouched" }
    | { readonly kind: "not-configured" }
    | { readonly kind: "other-branch"; readonly branch: string }
    | { readonly kind: "policy-invalid"; readonly problems: readonly Problem[] };
  readonly proposals: readonly ProposalVerdict[];
  /** Why the check is not green although there is nothing to sign: directories that the commit changes elsewhere. */
  readonly elsewhere: readonly string[];
  /** Problems of the head's copy of the configuration. */
  readonly headPolicy: readonly Problem[];
  readonly replies: readonly Reply[];
  /** When to look again though nothing happens; Unix time in seconds. */
  readonly wakeAt?: number;
}

/** Why what the merge queue would land must wait or must not land. `explain/group.ts` has the words of each. */
export type GroupReason =
  | { readonly code: "group-outdated" }
  | { readonly code: "group-elsewhere"; readonly paths: readonly string[] }
  | { readonly code: "pull-unknown"; readonly number: number }
  | { readonly code: "pull-not-ready"; readonly number: number }
  | { readonly code: "pull-not-open"; readonly number: number }
  | { readonly code: "version-taken"; readonly number: number; readonly by: number; readonly contract: Address }
  | { readonly code: "would-land-other"; readonly number: number; readonly path: string; readonly signed: Bytes32 }
  | { readonly code: "nobody-proposed"; readonly path: string };

/** A pull request, judged by itself. */
export interface JudgedPull {
  readonly number: number;
  readonly verdict: PullVerdict;
}

/** A pull request of a merge group. */
export interface GroupMember extends JudgedPull {
  readonly isOpen: boolean;
}

/** What the check on a merge group's head says: green only where there is no reason against it. */
export interface GroupVerdict {
  readonly check: Extract<CheckState, "success" | "in_progress" | "failure">;
  readonly reasons: readonly GroupReason[];
  /** In the order in which they would land. */
  readonly members: readonly GroupMember[];
}

/** What may be sent now: everything about it was checked. */
export interface FinalizeOrder {
  readonly proposal: Proposal;
  /** As few as make every quorum, in ascending order of signer. */
  readonly signatures: readonly SignerSignature[];
  /** What has to stand before: initcode by salt (protocol §4). */
  readonly deployments: readonly { readonly salt: Bytes32; readonly initcode: string; readonly account: Address }[];
  /** The gate that alone can send it, where that is none of our relayers. */
  readonly from?: Address;
}

export type ExecuteOrder = Pick<FinalizeOrder, "proposal" | "deployments">;

/** Rejections of one record's signers that end what is scheduled. */
export interface RejectOrder extends Pick<FinalizeOrder, "proposal" | "signatures"> {
  readonly contract: Address;
}

/** The next step of a merged proposal on its road: finalize, or schedule and later execute. */
export type MergeOrder =
  | ({ readonly kind: "finalize" | "schedule" } & FinalizeOrder)
  | ({ readonly kind: "execute" } & ExecuteOrder)
  | ({ readonly kind: "reject" } & RejectOrder);

/** What the relayer may announce now (protocol §3, Announcement). */
export interface AnnounceOrder {
  readonly proposal: Proposal;
  /** Of each kind, a proposal is announced once. */
  readonly kind: "open" | "quorum";
  /** Of a quorum, as in `FinalizeOrder`; else none. */
  readonly signatures: readonly SignerSignature[];
  /** Unix time in seconds: before it nobody can have announced the proposal. */
  readonly since: number;
}

/** Whose transaction may register a contract (protocol §3). */
export type Registrant =
  | { readonly kind: "anyone" }
  | { readonly kind: "owner" | "curator"; readonly account: Address }
  | { readonly kind: "nobody" };

/** What is still to be handed over to a record's executor, so that it can make the upgrade calls. */
export interface Handover {
  readonly contract: Address;
  readonly from: Address | undefined;
  readonly to: Address;
  readonly call: "transferOwnership" | "changeAdmin";
}

export interface RegistrationVerdict {
  /** `registered`: the registry has exactly this record already. */
  readonly state: "open" | "registered" | "refused";
  readonly problems: readonly Problem[];
  readonly registrant: Registrant;
  readonly handovers: readonly Handover[];
}

/** A contract whose news a pull request waits for. Unix times in seconds. */
export interface Watch {
  readonly chainId: number;
  readonly contract: Address;
  readonly until: number;
  /** When to look again though nothing happens: on chain, time alone can end a proposal or make it ripe. */
  readonly due?: number;
}
