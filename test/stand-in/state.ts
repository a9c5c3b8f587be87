import type { KeyObject } from "node:crypto";
import type { Bare } from "./git/bare.ts";

export type Role = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export interface Account {
  readonly id: number;
  login: string;
  readonly type: "User" | "Organization" | "Bot";
  readonly createdAt: string;
  /** Of an organization: the ids of those who administer everything in it. */
  readonly owners: ReadonlySet<number>;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly owner: Account;
  readonly bot: Account;
  readonly publicKey: KeyObject;
  readonly permissions: Record<string, string>;
  readonly events: readonly string[];
  readonly createdAt: string;
  webhook: { url: string; secret: string } | undefined;
}

export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: Account;
  /** Without it: every repository of the account, also those to come. */
  readonly repositories: Set<number> | undefined;
  readonly createdAt: string;
  suspended: boolean;
}

export interface Branch {
  readonly ref: string;
  readonly sha: string;
}

export interface Review {
  readonly id: number;
  readonly user: Account;
  readonly commit: string;
  body: string;
  state: "PENDING" | "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED";
  submittedAt: string | undefined;
}

export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  readonly user: Account;
  readonly createdAt: string;
  readonly reviews: Review[];
  readonly labels: Set<string>;
  title: string;
  body: string | null;
  state: "open" | "closed";
  draft: boolean;
  /** `sha` is the base's tip when the head last moved, as on GitHub: it grows stale. */
  base: Branch;
  /** Without `repository`: the fork was deleted. */
  head: Branch & { readonly repository: Repository | undefined; readonly owner: Account };
  /** What the last test merge was made of; `sha` is undefined where they conflict. */
  testMerge: { readonly base: string; readonly head: string; readonly sha: string | undefined } | undefined;
  updatedAt: string;
  closedAt: string | undefined;
  merged: { readonly at: string; readonly by: Account; readonly sha: string } | undefined;
}

export interface Reaction {
  readonly id: number;
  readonly user: Account;
  readonly content: string;
  readonly createdAt: string;
}

export interface Comment {
  readonly id: number;
  readonly number: number;
  readonly user: Account;
  readonly app: App | undefined;
  readonly createdAt: string;
  readonly reactions: Reaction[];
  body: string;
  updatedAt: string;
}

export interface CheckSuite {
  readonly id: number;
  readonly app: App;
  readonly sha: string;
  readonly branch: string | undefined;
  readonly before: string | undefined;
  readonly createdAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly suite: CheckSuite;
  readonly createdAt: string;
  name: string;
  status: string;
  conclusion: string | undefined;
  startedAt: string;
  completedAt: string | undefined;
  externalId: string;
  detailsUrl: string | undefined;
  output: { title?: string; summary?: string; text?: string };
  annotations: readonly object[];
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | undefined;
  readonly targetUrl: string | undefined;
  readonly creator: Account;
  readonly createdAt: string;
}

export interface DeploymentStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly creator: Account;
  readonly createdAt: string;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly description: string | undefined;
  readonly payload: unknown;
  readonly transient: boolean;
  readonly production: boolean;
  readonly creator: Account;
  readonly app: App | undefined;
  readonly createdAt: string;
  readonly statuses: DeploymentStatus[];
}

/** What a branch demands before it moves. */
export interface Protection {
  readonly checks: readonly { readonly context: string; readonly appId: number | undefined }[];
  readonly strict: boolean;
  readonly enforceAdmins: boolean;
  readonly approvals: number | undefined;
  readonly dismissStale: boolean;
}

/** A protection of the branches that its patterns name. */
export interface Ruleset {
  readonly id: number;
  readonly name: string;
  readonly patterns: readonly string[];
  readonly isActive: boolean;
  readonly protection: Protection;
}

export interface Repository {
  readonly id: number;
  readonly git: Bare;
  readonly createdAt: string;
  readonly parent: Repository | undefined;
  readonly collaborators: Map<number, Role>;
  readonly pulls: Map<number, Pull>;
  readonly comments: Map<number, Comment>;
  readonly suites: Map<number, CheckSuite>;
  readonly runs: Map<number, CheckRun>;
  readonly statuses: Status[];
  readonly deployments: Map<number, Deployment>;
  readonly protections: Map<string, Protection>;
  readonly rulesets: Map<number, Ruleset>;
  owner: Account;
  name: string;
  private: boolean;
  description: string | null;
  defaultBranch: string;
  updatedAt: string;
  pushedAt: string;
}
