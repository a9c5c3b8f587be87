import type { Problem } from "./errors.ts";
import type { Policy, PolicyContract } from "./policy.ts";
import type { Domain } from "./protocol/approval.ts";
import type { Command } from "./protocol/command.ts";
import type { FileChanges } from "./protocol/file-changes.ts";
import type { Address, Bytes32, Hex } from "./protocol/hex.ts";
import type { ContractRecord, RecordDraft } from "./protocol/record.ts";
import type { PostName } from "./protocol/reply-marker.ts";

/** Names a pull request: all that a webhook, a queue or a person has to give. */
export interface PullRef {
  readonly owner: string;
  readonly repository: string;
  readonly number: number;
}

/** The App as GitHub knows it; a person's command line has none. */
export interface AppIdentity {
  readonly id: number;
  readonly slug: string;
}

export interface Pull extends PullRef {
  readonly repositoryId: number;
  /** `https://HOST`, and the repository and pull request as people open them. */
  readonly origin: string;
  readonly url: string;
  readonly author: string;
  /** Whether GitHub says that the author may write here. */
  readonly trusted: boolean;
  readonly state: "open" | "closed" | "merged";
  readonly defaultBranch: string;
  readonly baseBranch: string;
  /** The commit that proposals are computed from. */
  readonly head: string;
  /** What the head is compared with: the tip of the base branch, or what it was before the merge. */
  readonly base: string;
  /** The newest commit of the base branch. */
  readonly baseTip: string;
  /** The commit that landed, once merged. */
  readonly landed?: string;
  /** Unix time in seconds; `mergedAt` once merged. */
  readonly createdAt: number;
  readonly mergedAt?: number;
}

/** A submitted review or a comment. Everything in it is somebody's words. */
export interface Post {
  readonly id: number;
  readonly kind: "review" | "comment";
  readonly url: string;
  readonly author: string;
  /** Whether GitHub says that the author may write here, or opened the pull request. */
  readonly trusted: boolean;
  /** Whether the account may write to the repository; only asked for where a command turns on it. */
  readonly canWrite?: boolean;
  /** Unix time in seconds. */
  readonly createdAt: number;
  /** When its text last changed; undefined for a review, of which GitHub does not say it. */
  readonly changedAt: number | undefined;
  readonly commands: readonly Command[];
}

/** What our own sticky comment says of the past. It only helps to explain: nothing in it has authority. */
export interface EarlierProposal {
  readonly digest: Bytes32;
  readonly head: string;
}

/** The object ids of one directory; undefined where it does not exist. */
export interface DirectoryTrees {
  readonly mergeBase: string | undefined;
  readonly base: string | undefined;
  readonly head: string | undefined;
  /** Merge bases differ, or could not all be seen: the branch has to be updated before anything can be said. */
  readonly unclear?: true;
}

/** The directory's content at the commit that its link names. */
export type SourceFacts =
  | {
      readonly kind: "hashed";
      readonly hash: Bytes32;
      /** Rendered, pinned to the last commit that changed the directory (protocol §5). */
      readonly link: string;
      readonly files: number;
    }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** How the directory's code came to be, and where it will stand. */
export type BuildFacts =
  | { readonly kind: "none" }
  | { readonly kind: "failed"; readonly problems: readonly Problem[] }
  | {
      readonly kind: "built";
      readonly buildHash: Bytes32;
      /** As `path/File.sol:Name`. */
      readonly contract: string;
      readonly compiler: string;
      readonly initcode: Hex;
      /** The CREATE2 address (protocol §4) and the hash of the code that stands there, or would. */
      readonly implementation: Address;
      readonly codeHash: Bytes32;
      /** Instructions of the constructor that read block, transaction or caller. */
      readonly constructorReads: readonly string[];
    };

export interface RecordFacts {
  /** Undefined: the registry has no such record. */
  readonly record: ContractRecord | undefined;
  /** Who makes the record's calls. */
  readonly executor: Address;
  /** True: the record's link names this repository by a name that it had before. */
  readonly isRenamed?: boolean;
  /** Accepted changes of the record that brought this pull request's hash and link, oldest first. */
  readonly changes: readonly ChangeFacts[];
  /** What the proxy's ERC-1967 slot holds, for kinds that have one. */
  readonly implementation?: Address | undefined;
  /** Whether the plan begins with accepting the proxy's ownership, which is pending for the executor (protocol §3). */
  readonly acceptsOwnership?: boolean;
  readonly rules: Rules;
  /** Unix seconds: before it nothing but rotations happens to the record. */
  readonly pausedUntil: number;
  /** What was scheduled for the record since the pull request was opened, oldest first; empty where nothing can come of it. */
  readonly scheduled?: readonly ScheduledFacts[];
}

/** How a record is governed, beside its signers (protocol §3, Governance). */
export interface Rules {
  /** Rules in the signers' place, once it has accepted. */
  readonly authority: Address | undefined;
  readonly isAccepted: boolean;
  /** May cancel what is scheduled, and pause. */
  readonly guardian: Address | undefined;
  /** Alone may send finalize and schedule. */
  readonly gate: Address | undefined;
  /** Seconds between schedule and execute; zero: finalize in one step. */
  readonly delay: number;
  readonly commitReveal: boolean;
}

/** What the chain has scheduled under a digest. */
export interface ChainScheduleFacts {
  readonly status: "none" | "waiting" | "cancelled" | "executed";
  /** Seconds since it became ripe, pauses left out; negative before. */
  readonly slack: number;
}

export interface ScheduleFacts extends ChainScheduleFacts {
  readonly digest: Bytes32;
}

/** One record's part in an approval that was scheduled, by its event: whoever did it, a quorum had signed. */
export interface ScheduledFacts extends ScheduleFacts {
  readonly deadline: number;
  readonly version: number;
  readonly contractLink: string;
  /** Whether the link is to what this pull request proposes, under whatever name the repository had. */
  readonly isOwn: boolean;
  /** The record's signers who rejected it on chain. */
  readonly rejected: readonly Address[];
}

/** Who of a record's signers spoke on chain against a digest, for the record's next version. */
export interface VoteFacts {
  readonly digest: Bytes32;
  readonly contract: Address;
  readonly rejected: readonly Address[];
  readonly revoked: readonly Address[];
}

/** What the chain answers about a proposal, once its digest is known; at the block of the chain's facts. */
export interface ChainAnswers {
  readonly contractSignatures: readonly ContractSignatureFacts[];
  readonly schedules: readonly ScheduleFacts[];
  readonly votes: readonly VoteFacts[];
}

/** One accepted change of a record, from its event. */
export interface ChangeFacts {
  readonly digest: Bytes32;
  readonly version: number;
  readonly contractHash: Bytes32;
  readonly contractLink: string;
  readonly transaction: Bytes32;
  readonly block: number;
}

export interface ContractFacts {
  readonly contract: PolicyContract;
  readonly trees: DirectoryTrees;
  readonly source: SourceFacts;
  /** What the pull request changes in the directory; undefined where that cannot be told. */
  readonly files?: FileChanges | undefined;
  readonly build: BuildFacts;
  /** The directory's hash at the landed commit and at the tip of the base branch, once merged. */
  readonly landed?: Bytes32 | undefined;
  readonly tip?: Bytes32 | undefined;
  /** The directory's hash before this pull request, once the record has moved on from it. */
  readonly previous?: Bytes32 | undefined;
  /** Undefined: the chain could not be read. */
  readonly onChain: RecordFacts | undefined;
}

/** A chain that contracts of this pull request are on. */
export type ChainFacts =
  | {
      readonly kind: "read";
      readonly domain: Domain;
      /** The block that everything was read at; its time in seconds. */
      readonly block: number;
      readonly time: number;
      /** The accounts that send for us; undefined where nobody does, as in the command line. */
      readonly relayers?: readonly Address[];
    }
  | { readonly kind: "unreachable"; readonly chainId: number; readonly message: string }
  /** The configuration names a chain that this Countersign has no setting for. */
  | { readonly kind: "unknown"; readonly chainId: number };

export type PolicyFacts =
  | { readonly kind: "absent" }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] }
  | { readonly kind: "valid"; readonly policy: Policy };

/** All that a decision about a pull request may know, read at one moment. */
export interface PullFacts {
  readonly pull: Pull;
  /** Unix time in seconds. */
  readonly now: number;
  readonly policy: PolicyFacts;
  /** Problems of the head's copy of the configuration, which is only shown. */
  readonly headPolicy: readonly Problem[];
  /** The registered directories that the pull request touches. */
  readonly contracts: readonly ContractFacts[];
  readonly chains: readonly ChainFacts[];
  /** Registered directories that the same commit changes when it is proposed against another listed branch. */
  readonly elsewhere: readonly string[];
  /** Every registry that this Countersign knows, also of other chains: to tell a signer whose message he signed. */
  readonly domains: readonly Domain[];
  readonly posts: readonly Post[];
  readonly earlier: readonly EarlierProposal[];
  /** Posts that our replies answer. */
  readonly answered: readonly PostName[];
  /** What the chain answered when the upgrade was tried just now, where it refused. */
  readonly refusals: readonly FinalizeRefusal[];
}

/** What the merge queue would land, read at one moment. Who proposes it is told by its pull requests' own verdicts. */
export interface GroupFacts {
  /** Whether it stands upon the base branch as that is now. */
  readonly isCurrent: boolean;
  /** The registered directories that it changes or that its pull requests propose, as they would land. */
  readonly directories: readonly LandingDirectory[];
  /** Registered directories that the commit changes against other listed branches, where nothing is proposed. */
  readonly elsewhere: readonly string[];
}

export interface LandingDirectory {
  readonly contract: PolicyContract;
  /** Undefined: there is nothing that can be hashed. */
  readonly hash: Bytes32 | undefined;
}

export interface FinalizeRefusal {
  readonly digest: Bytes32;
  readonly message: string;
}

/** What a contract among the signers answered about a signature (ERC-1271), at the block of the chain's facts. */
export interface ContractSignatureFacts {
  readonly account: Address;
  readonly digest: Bytes32;
  readonly signature: Hex;
  readonly valid: boolean;
}

/** All that a decision about a registration may know, read at one moment. */
export interface RegistrationFacts {
  readonly chainId: number;
  readonly registry: Address;
  /** With the signers that are contracts. */
  readonly draft: RecordDraft & { readonly contractSigners: readonly Address[] };
  /** Signers with code, that of an EIP-7702 designator apart. */
  readonly signersWithCode: readonly Address[];
  /** Who will make the record's calls, if it is registered exactly so. */
  readonly executor: Address;
  readonly existing: ContractRecord | undefined;
  /** What the contract's `owner()` answers. */
  readonly owner: Address | undefined;
  /** What its `pendingOwner()` answers: who may accept the ownership, where it is handed over in two steps. */
  readonly pendingOwner: Address | undefined;
  readonly curator: Address | undefined;
  /** What the proxy's ERC-1967 slots hold; who owns the admin (itself, where it is a plain account). */
  readonly implementation: Address | undefined;
  readonly admin: { readonly account: Address; readonly owner: Address | undefined } | undefined;
}
