import type { App, Installation } from "../state.ts";
import { clientIdOf, type World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";

export function toApp(world: World, app: App): Record<string, unknown> {
  return {
    id: app.id,
    client_id: clientIdOf(app),
    slug: app.slug,
    node_id: nodeId("App", app.id),
    owner: toUser(world, app.owner),
    name: app.slug,
    description: null,
    external_url: `${world.origin}/apps/${app.slug}`,
    html_url: `${world.origin}/apps/${app.slug}`,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    permissions: app.permissions,
    events: app.events,
    installations_count: [...world.installations.values()].filter((one) => one.app === app).length,
  };
}

export function toInstallation(world: World, installation: Installation): Record<string, unknown> {
  const { app, account, createdAt, suspended } = installation;
  const api = `${world.origin}/api/v3`;
  return {
    id: installation.id,
    node_id: nodeId("Installation", installation.id),
    account: toUser(world, account),
    app_id: app.id,
    client_id: clientIdOf(app),
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    repository_selection: installation.repositories ? "selected" : "all",
    access_tokens_url: `${api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${api}/installation/repositories`,
    html_url: `${world.origin}/settings/installations/${installation.id}`,
    permissions: app.permissions,
    events: app.events,
    created_at: createdAt,
    updated_at: createdAt,
    single_file_name: null,
    suspended_by: null,
    suspended_at: suspended ? createdAt : null,
  };
}
