import { type Call, created, type Endpoints, type Input, listed, ok } from "../endpoint.ts";
import { found, Refusal } from "../refusal.ts";
import { settledRun } from "../shapes/check.ts";
import { toDeployment, toDeploymentStatus } from "../shapes/deployment.ts";
import type { App, Deployment, DeploymentStatus, Repository } from "../state.ts";
import { timestamp } from "../world.ts";
import { resolveRef } from "./contents.ts";
import { latestStatuses } from "./statuses.ts";

type Ids =
  | "repos/list-deployments"
  | "repos/get-deployment"
  | "repos/create-deployment"
  | "repos/list-deployment-statuses"
  | "repos/get-deployment-status"
  | "repos/create-deployment-status";

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
};

function find(repository: Repository, id: number): Deployment {
  return found(repository.deployments.get(Number(id)));
}

async function addDeployment(call: Call, input: Input<"repos/create-deployment">): Promise<Deployment> {
  const { world, repository, sender } = call;
  const { ref, task = "deploy", environment = "production", payload = {}, description, required_contexts } = input;
  const sha = await resolveRef(repository, ref);
  if (sha === undefined) throw new Refusal(422, `No ref found for: ${ref}`);
  assertGreen(call, sha, required_contexts);
  const deployment: Deployment = {
    ...{ id: world.nextId(), sha, ref, task, environment, payload, description: description ?? undefined },
    transient: input.transient_environment ?? false,
    production: input.production_environment ?? environment === "production",
    ...{ creator: sender, app: appOf(call), createdAt: timestamp(world), statuses: [] },
  };
  repository.deployments.set(deployment.id, deployment);
  return deployment;
}

/** Without `required_contexts`, everything that reports on the commit has to be green. */
function assertGreen({ world, repository }: Call, sha: string, contexts: readonly string[] | undefined): void {
  const runs = [...repository.runs.values()].filter(({ suite }) => suite.sha === sha);
  const states = new Map([
    ...latestStatuses(repository, sha).map(({ context, state }) => [context, state] as const),
    ...runs.map((run) => [run.name, settledRun(world, run).conclusion] as const),
  ]);
  const isGreen = (context: string) => ["success", "neutral", "skipped"].includes(states.get(context) ?? "");
  if ((contexts ?? [...states.keys()]).every(isGreen)) return;
  throw new Refusal(409, `Conflict: Commit status checks failed for ${sha}.`);
}

function addDeploymentStatus(
  { world, repository, sender }: Call,
  { deployment, input }: { deployment: Deployment; input: Input<"repos/create-deployment-status"> },
): DeploymentStatus {
  const { state, description = "", environment = deployment.environment, environment_url = "" } = input;
  const logUrl = input.log_url ?? input.target_url ?? "";
  const make = (of: string): DeploymentStatus => ({
    ...{ id: world.nextId(), state: of, description, environment, environmentUrl: environment_url, logUrl },
    ...{ creator: sender, createdAt: timestamp(world) },
  });
  const status = make(state);
  deployment.statuses.push(status);
  const succeeded = state === "success" && input.auto_inactive !== false;
  for (const earlier of succeeded ? supersededBy(repository, deployment) : []) earlier.statuses.push(make("inactive"));
  return status;
}

/** Earlier deployments to the same environment, which a success makes inactive, but for production's. */
function supersededBy({ deployments: all }: Repository, { id, environment }: Deployment): readonly Deployment[] {
  const isEarlier = (one: Deployment) => one.id < id && one.environment === environment;
  return [...all.values()].filter((one) => isEarlier(one) && !one.transient && !one.production);
}

function appOf({ actor }: Call): App | undefined {
  return actor.kind === "installation" ? actor.grant.installation.app : undefined;
}
