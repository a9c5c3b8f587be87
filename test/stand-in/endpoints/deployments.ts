import { type Call, created, type Endpoints, type Input, listed, ok } from "../endpoint.ts";
import { found, Refusal } from "../refusal.ts";
import { nodeId, toUser } from "../shapes/account.ts";
import { toCommit, toGitCommit } from "../shapes/commit.ts";
import { toDeployment, toDeploymentStatus, toStatus } from "../shapes/deployment.ts";
import { repositoryUrl, toRepository } from "../shapes/repository.ts";
import {
  type App,
  type Deployment,
  type DeploymentStatus,
  fullName,
  type Repository,
  type Status,
  timestamp,
} from "../world.ts";
import { resolveRef } from "./contents.ts";

type Ids =
  | "repos/list-deployments"
  | "repos/get-deployment"
  | "repos/create-deployment"
  | "repos/list-deployment-statuses"
  | "repos/get-deployment-status"
  | "repos/create-deployment-status"
  | "repos/create-commit-status"
  | "repos/list-commit-statuses-for-ref"
  | "repos/get-combined-status-for-ref";

export const deployments: Pick<Endpoints, Ids> = {
  "repos/list-deployments": {
    app: "deployments:read",
    answer: ({ sha, ref, task, environment }, { world, repository }) => {
      const wants = { sha, ref, task, environment };
      const isMeant = (one: Deployment) =>
        (Object.keys(wants) as (keyof typeof wants)[]).every((key) =>
          [undefined, "none", one[key]].includes(wants[key] ?? undefined),
        );
      return listed([...repository.deployments.values()].reverse().filter(isMeant), (one) =>
        toDeployment(world, repository, one),
      );
    },
  },
  "repos/get-deployment": {
    app: "deployments:read",
    answer: ({ deployment_id }, { world, repository }) =>
      ok(toDeployment(world, repository, find(repository, deployment_id))),
  },
  "repos/create-deployment": {
    app: "deployments:write",
    role: "write",
    answer: async (input, call) => {
      const { world, repository, events, sender } = call;
      const deployment = await addDeployment(call, input);
      const shaped = toDeployment(world, repository, deployment);
      events.emit("deployment/created", {
        repository,
        sender,
        payload: { deployment: shaped, workflow: null, workflow_run: null },
      });
      return created(shaped);
    },
  },
  "repos/list-deployment-statuses": {
    app: "deployments:read",
    answer: ({ deployment_id }, { world, repository }) => {
      const deployment = find(repository, deployment_id);
      return listed(deployment.statuses.toReversed(), (status) =>
        toDeploymentStatus(world, repository, { deployment, status }),
      );
    },
  },
  "repos/get-deployment-status": {
    app: "deployments:read",
    answer: ({ deployment_id, status_id }, { world, repository }) => {
      const deployment = find(repository, deployment_id);
      const status = found(deployment.statuses.find(({ id }) => id === Number(status_id)));
      return ok(toDeploymentStatus(world, repository, { deployment, status }));
    },
  },
  "repos/create-deployment-status": {
    app: "deployments:write",
    role: "write",
    answer: (input, call) => {
      const { world, repository, events, sender } = call;
      const deployment = find(repository, input.deployment_id);
      const status = addDeploymentStatus(call, { deployment, input });
      const shaped = toDeploymentStatus(world, repository, { deployment, status });
      const payload = { deployment: toDeployment(world, repository, deployment), deployment_status: shaped };
      events.emit("deployment-status/created", { repository, sender, payload });
      return created(shaped);
    },
  },
  "repos/create-commit-status": {
    app: "statuses:write",
    role: "write",
    answer: async ({ sha, state, context = "default", description, target_url }, call) => {
      const { world, repository, sender } = call;
      if ((await resolveRef(repository, sha)) !== sha) throw new Refusal(422, `No commit found for SHA: ${sha}`);
      const times = { id: world.nextId(), createdAt: timestamp(world), creator: sender };
      const status: Status = {
        ...times,
        sha,
        state,
        context,
        description: description ?? undefined,
        targetUrl: target_url ?? undefined,
      };
      repository.statuses.push(status);
      await emitStatus(call, status);
      return created(toStatus(world, repository, status));
    },
  },
  "repos/list-commit-statuses-for-ref": {
    app: "statuses:read",
    answer: async ({ ref }, { world, repository }) => {
      const sha = found(await resolveRef(repository, ref));
      return listed(repository.statuses.filter((one) => one.sha === sha).reverse(), (one) =>
        toStatus(world, repository, one),
      );
    },
  },
  "repos/get-combined-status-for-ref": {
    app: "statuses:read",
    answer: async ({ ref }, { world, repository }) => {
      const sha = found(await resolveRef(repository, ref));
      const statuses = latestStatuses(repository, sha);
      const url = `${repositoryUrl(world, repository)}/commits/${sha}`;
      return ok({
        ...{ sha, url: `${url}/status`, commit_url: url, total_count: statuses.length, state: combine(statuses) },
        statuses: statuses.map((one) => toStatus(world, repository, one)),
        repository: toRepository(world, repository),
      });
    },
  },
};

/** The last status of each context. */
export function latestStatuses(repository: Repository, sha: string): readonly Status[] {
  return [...new Map(repository.statuses.filter((one) => one.sha === sha).map((one) => [one.context, one])).values()];
}

function combine(statuses: readonly Status[]): string {
  const states = new Set(statuses.map(({ state }) => state));
  if (states.has("failure") || states.has("error")) return "failure";
  return states.size === 0 || states.has("pending") ? "pending" : "success";
}

function find(repository: Repository, id: number): Deployment {
  return found(repository.deployments.get(Number(id)));
}

async function addDeployment(call: Call, input: Input<"repos/create-deployment">): Promise<Deployment> {
  const { world, repository, sender } = call;
  const sha = await resolveRef(repository, input.ref);
  if (sha === undefined) throw new Refusal(422, `No ref found for: ${input.ref}`);
  const environment = input.environment ?? "production";
  const deployment: Deployment = {
    ...{
      id: world.nextId(),
      sha,
      ref: input.ref,
      task: input.task ?? "deploy",
      environment,
      payload: input.payload ?? {},
    },
    description: input.description ?? undefined,
    transient: input.transient_environment ?? false,
    production: input.production_environment ?? environment === "production",
    ...{ creator: sender, app: appOf(call), createdAt: timestamp(world), statuses: [] },
  };
  repository.deployments.set(deployment.id, deployment);
  return deployment;
}

function addDeploymentStatus(
  { world, sender }: Call,
  { deployment, input }: { deployment: Deployment; input: Input<"repos/create-deployment-status"> },
): DeploymentStatus {
  const {
    state,
    description = "",
    environment = deployment.environment,
    environment_url = "",
    log_url,
    target_url,
  } = input;
  const links = { environmentUrl: environment_url, logUrl: log_url ?? target_url ?? "" };
  const status = {
    id: world.nextId(),
    state,
    description,
    environment,
    ...links,
    creator: sender,
    createdAt: timestamp(world),
  };
  deployment.statuses.push(status);
  return status;
}

function appOf({ actor }: Call): App | undefined {
  return actor.kind === "installation" ? actor.grant.installation.app : undefined;
}

async function emitStatus({ world, repository, events, sender }: Call, status: Status): Promise<void> {
  const { id, sha, state, context, description = null, targetUrl = null, createdAt } = status;
  const commit = { ...(await toCommit(world, repository, sha)), ...(await toGitCommit(repository, sha)) };
  const payload = {
    ...{ id, sha, state, context, description, target_url: targetUrl, created_at: createdAt, updated_at: createdAt },
    ...{
      name: fullName(repository),
      node_id: nodeId("Status", id),
      creator: toUser(world, status.creator),
      commit,
      branches: [],
    },
  };
  events.emit("status", { repository, sender, payload });
}
