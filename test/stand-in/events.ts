import { isInstalledOn } from "./actor.ts";
import { project, violations, webhookSchema } from "./description.ts";
import type { WebhookId } from "./openapi/used.ts";
import { nodeId, toOrganization, toUser } from "./shapes/account.ts";
import { toApp, toInstallation } from "./shapes/app.ts";
import { toPushedRepository, toRepository } from "./shapes/repository.ts";
import type { Account, App, Installation, Repository } from "./state.ts";
import type { Webhooks } from "./webhooks.ts";
import type { World } from "./world.ts";

export interface Events {
  /** Tells the Apps that are installed on the repository and listen. `only`: the one App that a check belongs to. */
  emit(id: WebhookId, details: { repository: Repository; sender: Account; payload: object; only?: App }): void;
  emitInstallation(
    action: "created" | "deleted" | "suspend" | "unsuspend",
    installation: Installation,
    repositories: readonly Repository[],
  ): void;
  emitPing(app: App): void;
}

/** Sent to every App, whatever it listens to. Of its own checks an App hears that they were asked for again. */
const unasked = new Set(["installation", "ping", "check_suite"]);

export function createEvents(
  world: World,
  { webhooks, report }: { webhooks: Webhooks; report: (violation: string) => void },
): Events {
  const queue = (
    id: WebhookId,
    app: App,
    details: { payload: object; installation?: Installation; repository?: Repository },
  ) => {
    const [name = "", action] = id.split("/");
    const payload = { ...(action && { action: underscored(action) }), ...details.payload };
    const shaped = project(webhookSchema(id), payload) as object;
    for (const violation of violations(webhookSchema(id), shaped)) report(`webhook ${id}: ${violation}`);
    const { installation, repository } = details;
    webhooks.queue({
      ...{ app, event: underscored(name), action: action && underscored(action), payload: shaped },
      installation: installation?.id,
      repository: repository?.id,
    });
  };
  return {
    emit(id, { repository, sender, payload, only }) {
      for (const installation of installationsOn(world, repository)) {
        const { app } = installation;
        if (!(only ? only === app : listensTo(app, id))) continue;
        queue(id, app, {
          installation,
          repository,
          payload: { ...payload, ...toSurroundings(world, { id, installation, repository, sender }) },
        });
      }
    },
    emitInstallation(action, installation, repositories) {
      const payload = {
        installation: toInstallation(world, installation),
        repositories: repositories.map((one) => toRepository(world, one)),
        requester: null,
        sender: toUser(world, installation.account),
      };
      queue(`installation/${action}`, installation.app, { payload, installation });
    },
    emitPing(app) {
      const hook = {
        type: "App",
        id: 1,
        name: "web",
        active: true,
        events: app.events,
        app_id: app.id,
        config: { url: app.webhook?.url, content_type: "json", insecure_ssl: "0" },
      };
      const times = { created_at: app.createdAt, updated_at: app.createdAt };
      queue("ping", app, {
        payload: {
          zen: "Keep it logically awesome.",
          hook_id: 1,
          hook: { ...hook, ...times, ...toApp(world, app), name: "web" },
        },
      });
    },
  };
}

export function installationsOn(world: World, repository: Repository): readonly Installation[] {
  return [...world.installations.values()].filter((one) => !one.suspended && isInstalledOn(one, repository));
}

function toSurroundings(
  world: World,
  of: { id: WebhookId; installation: Installation; repository: Repository; sender: Account },
): object {
  const { repository, installation, sender, id } = of;
  return {
    repository: id === "push" ? toPushedRepository(world, repository) : toRepository(world, repository),
    installation: { id: installation.id, node_id: nodeId("Installation", installation.id) },
    sender: toUser(world, sender),
    ...(repository.owner.type === "Organization" && { organization: toOrganization(world, repository.owner) }),
  };
}

function listensTo(app: App, id: WebhookId): boolean {
  const event = underscored(id.split("/")[0] ?? "");
  return unasked.has(event) || app.events.includes(event);
}

function underscored(name: string): string {
  return name.replaceAll("-", "_");
}
