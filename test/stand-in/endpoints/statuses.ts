import { type Call, created, type Endpoints, listed, ok } from "../endpoint.ts";
import { found, Refusal } from "../refusal.ts";
import { nodeId, toUser } from "../shapes/account.ts";
import { toCommit, toGitCommit } from "../shapes/commit.ts";
import { toStatus } from "../shapes/deployment.ts";
import { repositoryUrl, toRepository } from "../shapes/repository.ts";
import type { Repository, Status } from "../state.ts";
import { fullName, timestamp } from "../world.ts";
import { resolveRef } from "./contents.ts";

type Ids = "repos/create-commit-status" | "repos/list-commit-statuses-for-ref" | "repos/get-combined-status-for-ref";

export const statuses: Pick<Endpoints, Ids> = {
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
