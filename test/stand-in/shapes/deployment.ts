import type { Deployment, DeploymentStatus, Repository, Status } from "../state.ts";
import type { World } from "../world.ts";
import { nodeId, toUser } from "./account.ts";
import { toApp } from "./app.ts";
import { repositoryUrl } from "./repository.ts";

export function toDeployment(world: World, repository: Repository, deployment: Deployment): object {
  const { id, sha, ref, task, environment, description, payload, createdAt } = deployment;
  const url = `${repositoryUrl(world, repository)}/deployments/${id}`;
  return {
    ...{ id, sha, ref, task, environment, payload, url },
    node_id: nodeId("Deployment", id),
    original_environment: environment,
    description: description ?? null,
    creator: toUser(world, deployment.creator),
    created_at: createdAt,
    updated_at: deployment.statuses.at(-1)?.createdAt ?? createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(world, repository),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: deployment.app ? toApp(world, deployment.app) : null,
  };
}

export function toDeploymentStatus(
  world: World,
  repository: Repository,
  of: { deployment: Deployment; status: DeploymentStatus },
): object {
  const { id, state, description, environment, environmentUrl, logUrl, creator, createdAt } = of.status;
  const deployment = `${repositoryUrl(world, repository)}/deployments/${of.deployment.id}`;
  return {
    ...{ id, state, description, environment, environment_url: environmentUrl, log_url: logUrl, target_url: logUrl },
    url: `${deployment}/statuses/${id}`,
    node_id: nodeId("DeploymentStatus", id),
    creator: toUser(world, creator),
    created_at: createdAt,
    updated_at: createdAt,
    deployment_url: deployment,
    repository_url: repositoryUrl(world, repository),
    performed_via_github_app: of.deployment.app ? toApp(world, of.deployment.app) : null,
  };
}

export function toStatus(world: World, repository: Repository, status: Status): object {
  const { id, sha, state, context, description = null, targetUrl = null, creator, createdAt } = status;
  return {
    ...{ id, state, context, description, target_url: targetUrl },
    url: `${repositoryUrl(world, repository)}/statuses/${sha}`,
    avatar_url: `${world.origin}/avatars/u/${creator.id}`,
    node_id: nodeId("Status", id),
    creator: toUser(world, creator),
    created_at: createdAt,
    updated_at: createdAt,
  };
}
