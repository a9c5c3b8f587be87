import { createPublicKey } from "node:crypto";
import type { Context } from "./endpoint.ts";
import { repositoriesOf } from "./endpoints/apps.ts";
import { addAccount } from "./people.ts";
import type { App, Installation } from "./state.ts";
import { findAccount, timestamp } from "./world.ts";

export interface AppDescription {
  readonly id: number;
  readonly slug: string;
  /** PEM; a private key will do, its public half is kept. */
  readonly publicKey: string;
  readonly permissions?: Record<string, string>;
  readonly events?: readonly string[];
  readonly webhook?: { readonly url: string; readonly secret: string };
}

export interface InstallationChoice {
  readonly account: string;
  /** Names of repositories; all of the account's without it. */
  readonly repositories?: readonly string[];
}

const defaultPermissions = {
  checks: "write",
  deployments: "write",
  issues: "write",
  pull_requests: "write",
  contents: "read",
  metadata: "read",
  merge_queues: "read",
};

const defaultEvents = [
  "pull_request",
  "pull_request_review",
  "issue_comment",
  "push",
  "check_run",
  "merge_group",
  "repository",
];

export function addApp(context: Context, description: AppDescription): App {
  const { world } = context;
  const { id, slug, publicKey, permissions = defaultPermissions, events = defaultEvents, webhook } = description;
  const bot = addAccount(world, { login: `${slug}[bot]`, type: "Bot" });
  const owner = findAccount(world, slug) ?? addAccount(world, { login: `${slug}-owner`, type: "User" });
  const app: App = {
    id,
    slug,
    owner,
    bot,
    permissions,
    events,
    publicKey: createPublicKey(publicKey),
    createdAt: timestamp(world),
    webhook: webhook && { ...webhook },
  };
  world.apps.set(id, app);
  if (webhook) context.events.emitPing(app);
  return app;
}

export function install(
  context: Context,
  app: App,
  { account: login, repositories }: InstallationChoice,
): Installation {
  const { world, events } = context;
  const account = findAccount(world, login);
  if (account === undefined) throw new Error(`no account ${login}`);
  const named = [...world.repositories.values()].filter(
    (one) => one.owner === account && repositories?.includes(one.name),
  );
  const chosen = repositories && new Set(named.map(({ id }) => id));
  const installation: Installation = {
    id: world.nextId(),
    app,
    account,
    repositories: chosen,
    createdAt: timestamp(world),
    suspended: false,
  };
  world.installations.set(installation.id, installation);
  events.emitInstallation("created", installation, repositoriesOf(world, installation));
  return installation;
}

/** What the account's owner can do with an installation afterwards. */
export function changeInstallation(
  { world, events }: Context,
  installation: Installation,
  action: "suspend" | "unsuspend" | "deleted",
): void {
  const repositories = repositoriesOf(world, installation);
  installation.suspended = action !== "unsuspend";
  if (action === "deleted") world.installations.delete(installation.id);
  events.emitInstallation(action, installation, repositories);
}
