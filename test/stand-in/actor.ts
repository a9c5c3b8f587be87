import { createVerify } from "node:crypto";
import { badCredentials, mustBeAdmin, notForApps, notFound, Refusal } from "./refusal.ts";
import type { Account, App, Installation, Repository, Role } from "./state.ts";
import { clientIdOf, type World } from "./world.ts";

/** Who asks. */
export type Actor =
  | { readonly kind: "anonymous" }
  | { readonly kind: "user"; readonly account: Account }
  | { readonly kind: "app"; readonly app: App }
  | { readonly kind: "installation"; readonly grant: Grant };

/** What an installation's token allows. */
export interface Grant {
  readonly installation: Installation;
  readonly permissions: Record<string, string>;
  /** Without it: every repository of the installation. */
  readonly repositories: Set<number> | undefined;
  /** Milliseconds of the machine's clock: tokens are kept by clients that go by it. */
  readonly expiresAt: number;
}

/** The tokens handed out, by their text. */
export interface Tokens {
  readonly users: Map<string, Account>;
  readonly installations: Map<string, Grant>;
}

/** What an operation asks of an App (one of the permissions before the colon) and of a person on its repository. */
export interface Need {
  readonly app?: `${string}:${"read" | "write"}`;
  readonly role?: Role;
}

const ranks: readonly Role[] = ["none", "read", "triage", "write", "maintain", "admin"];

export function identify(world: World, tokens: Tokens, authorization: string | undefined): Actor {
  const token = parseToken(authorization);
  if (token === undefined) return { kind: "anonymous" };
  if (token.split(".").length === 3) return { kind: "app", app: identifyApp(world, token) };
  const account = tokens.users.get(token);
  if (account !== undefined) return { kind: "user", account };
  const grant = tokens.installations.get(token);
  if (grant === undefined || grant.expiresAt <= Date.now() || grant.installation.suspended) throw badCredentials();
  return { kind: "installation", grant };
}

/** Whom a change is put down to. */
export function accountOf(actor: Actor): Account {
  if (actor.kind === "user") return actor.account;
  if (actor.kind === "installation") return actor.grant.installation.app.bot;
  throw new Refusal(401, "Requires authentication");
}

/** Throws what GitHub answers: 404 where even the existence is private, else 403. */
export function assertAllowed(actor: Actor, repository: Repository, need: Need): void {
  if (!maySee(actor, repository)) throw notFound();
  if (actor.kind === "installation") {
    assertGranted(actor.grant, repository, need.app);
    return;
  }
  if (actor.kind === "app") throw new Refusal(401, "A JSON web token could not be decoded");
  const role = need.role ?? "read";
  if (actor.kind === "anonymous" && role !== "read") throw new Refusal(401, "Requires authentication");
  if (actor.kind === "user" && !hasRole(actor.account, repository, role))
    throw role === "admin" ? mustBeAdmin() : notFound();
}

export function assertGranted(grant: Grant, repository: Repository | undefined, need: Need["app"]): void {
  const [names = "", level] = (need ?? "metadata:read").split(":");
  const given = names.split("|").flatMap((name) => grant.permissions[name] ?? []);
  const suffices = isWrite(level) ? given.some(isWrite) : given.length > 0;
  const covers = repository === undefined || !isWrite(level) || isCovered(grant, repository);
  if (!suffices || !covers) throw notForApps();
}

export function maySee(actor: Actor, repository: Repository): boolean {
  if (!repository.private) return true;
  if (actor.kind === "user") return hasRole(actor.account, repository, "read");
  return actor.kind === "installation" && isCovered(actor.grant, repository);
}

export function roleOf(account: Account, repository: Repository): Role {
  const { owner } = repository;
  if (owner.id === account.id || owner.owners.has(account.id)) return "admin";
  return repository.collaborators.get(account.id) ?? (repository.private ? "none" : "read");
}

export function hasRole(account: Account, repository: Repository, role: Role): boolean {
  return ranks.indexOf(roleOf(account, repository)) >= ranks.indexOf(role);
}

export function isInstalledOn(installation: Installation, repository: Repository): boolean {
  const { account, repositories } = installation;
  return repository.owner.id === account.id && (repositories?.has(repository.id) ?? true);
}

function isCovered({ installation, repositories }: Grant, repository: Repository): boolean {
  return isInstalledOn(installation, repository) && (repositories?.has(repository.id) ?? true);
}

function isWrite(level: string | undefined): boolean {
  return level === "write" || level === "admin";
}

function parseToken(authorization: string | undefined): string | undefined {
  const [, scheme = "", value = ""] = /^(\w+) (.+)$/.exec(authorization ?? "") ?? [];
  if (scheme.toLowerCase() !== "basic") return value === "" ? undefined : value;
  return Buffer.from(value, "base64").toString().split(":")[1];
}

/** The JWT of an App: RS256, at most ten minutes long, a minute of difference between the clocks forgiven. */
function identifyApp(world: World, jwt: string): App {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const { alg } = decode(header);
  const { iss, iat, exp } = decode(payload);
  const app = [...world.apps.values()].find((one) => String(one.id) === String(iss) || clientIdOf(one) === iss);
  if (app === undefined) throw new Refusal(404, "Integration not found");
  const verifier = createVerify("RSA-SHA256").update(`${header}.${payload}`);
  const isSigned = alg === "RS256" && verifier.verify(app.publicKey, signature, "base64url");
  if (!isSigned) throw new Refusal(401, "A JSON web token could not be decoded");
  const now = Date.now() / 1000;
  if (Number(iat) > now + 60)
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  if (!(Number(exp) > now))
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (Number(exp) > now + 660) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  return app;
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    throw new Refusal(401, "A JSON web token could not be decoded");
  }
}
