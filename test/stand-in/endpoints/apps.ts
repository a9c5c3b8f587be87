import { randomBytes } from "node:crypto";
import { type Actor, type Grant, isInstalledOn } from "../actor.ts";
import { type Call, created, done, type Endpoints, listed, ok } from "../endpoint.ts";
import { found, invalid, Refusal } from "../refusal.ts";
import { toApp, toInstallation } from "../shapes/app.ts";
import { toRepository } from "../shapes/repository.ts";
import type { App, Installation, Repository } from "../state.ts";
import type { World } from "../world.ts";

type Ids =
  | "apps/get-authenticated"
  | "apps/get-by-slug"
  | "apps/list-installations"
  | "apps/get-installation"
  | "apps/get-repo-installation"
  | "apps/create-installation-access-token"
  | "apps/revoke-installation-access-token"
  | "apps/list-repos-accessible-to-installation";

const hour = 3600 * 1000;

export const apps: Pick<Endpoints, Ids> = {
  "apps/get-authenticated": {
    answer: (_, { world, actor }) => ok(toApp(world, signedIn(actor))),
  },
  "apps/get-by-slug": {
    answer: ({ app_slug }, { world }) =>
      ok(toApp(world, found([...world.apps.values()].find(({ slug }) => slug === app_slug)))),
  },
  "apps/list-installations": {
    answer: (_, { world, actor }) =>
      listed(installationsOf(world, signedIn(actor)), (one) => toInstallation(world, one)),
  },
  "apps/get-installation": {
    answer: ({ installation_id }, { world, actor }) =>
      ok(toInstallation(world, ownInstallation(world, actor, installation_id))),
  },
  "apps/get-repo-installation": {
    open: true,
    answer: (_, { world, actor, repository }) => {
      const mine = installationsOf(world, signedIn(actor)).find((one) => isInstalledOn(one, repository));
      return ok(toInstallation(world, found(mine)));
    },
  },
  "apps/create-installation-access-token": {
    answer: ({ installation_id, repositories, repository_ids, permissions }, call) => {
      const installation = ownInstallation(call.world, call.actor, installation_id);
      if (installation.suspended) throw new Refusal(403, "This installation has been suspended");
      const chosen = chooseRepositories(call.world, installation, { repositories, repository_ids });
      const granted = narrow(installation.app.permissions, permissions);
      return created(grantToken(call, { installation, permissions: granted, chosen }));
    },
  },
  "apps/revoke-installation-access-token": {
    answer: (_, { actor, tokens }) => {
      const grant = actor.kind === "installation" ? actor.grant : undefined;
      for (const [token, known] of tokens.installations) if (known === grant) tokens.installations.delete(token);
      return done();
    },
  },
  "apps/list-repos-accessible-to-installation": {
    answer: (_, { world, actor }) => {
      if (actor.kind !== "installation") throw new Refusal(403, "Resource not accessible by integration");
      const { installation, repositories } = actor.grant;
      const all = repositoriesOf(world, installation).filter(({ id }) => repositories?.has(id) ?? true);
      return listed(all, (one) => toRepository(world, one), "repositories");
    },
  },
};

/** The App whose JWT came with the request. */
export function signedIn(actor: Actor): App {
  if (actor.kind === "app") return actor.app;
  throw new Refusal(401, "A JSON web token could not be decoded");
}

export function repositoriesOf(world: World, installation: Installation): readonly Repository[] {
  return [...world.repositories.values()].filter((one) => isInstalledOn(installation, one));
}

function installationsOf(world: World, app: App): readonly Installation[] {
  return [...world.installations.values()].filter((one) => one.app === app);
}

function ownInstallation(world: World, actor: Actor, id: number): Installation {
  const app = signedIn(actor);
  return found(installationsOf(world, app).find((one) => one.id === id));
}

function chooseRepositories(
  world: World,
  installation: Installation,
  { repositories, repository_ids }: { repositories: string[] | undefined; repository_ids: number[] | undefined },
): readonly Repository[] | undefined {
  if (repositories === undefined && repository_ids === undefined) return undefined;
  const reachable = repositoriesOf(world, installation);
  const wanted = [...(repositories ?? []), ...(repository_ids ?? [])];
  return wanted.map((want) => {
    const repository = reachable.find(({ id, name }) => want === id || want === name);
    if (repository) return repository;
    throw new Refusal(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  });
}

/** Less than the App has may be asked for, never more. */
function narrow(
  given: Record<string, string>,
  wanted: Record<string, string | undefined> | undefined,
): Record<string, string> {
  if (wanted === undefined) return given;
  for (const [name, level] of Object.entries(wanted)) {
    const isMore = given[name] === undefined || (level === "write" && given[name] === "read");
    if (isMore)
      throw invalid("InstallationToken", "permissions", {
        message: "The permissions requested are not granted to this installation.",
      });
  }
  return { metadata: "read", ...(wanted as Record<string, string>) };
}

function grantToken(
  { world, tokens }: Call,
  of: { installation: Installation; permissions: Record<string, string>; chosen: readonly Repository[] | undefined },
): object {
  const { installation, permissions, chosen } = of;
  const token = `ghs_${randomBytes(18).toString("hex")}`;
  const expiresAt = Date.now() + hour;
  const repositories = chosen && new Set(chosen.map(({ id }) => id));
  const grant: Grant = { installation, permissions, repositories, expiresAt };
  tokens.installations.set(token, grant);
  return {
    token,
    permissions,
    expires_at: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, "Z"),
    repository_selection: chosen || installation.repositories ? "selected" : "all",
    ...(chosen && { repositories: chosen.map((one) => toRepository(world, one)) }),
  };
}
