import { done, type Endpoints, type Input, listed, ok } from "../endpoint.ts";
import { tipOf } from "../git/bare.ts";
import { readReferences } from "../pushes.ts";
import { found, Refusal } from "../refusal.ts";
import { toCommit } from "../shapes/commit.ts";
import { repositoryUrl } from "../shapes/repository.ts";
import type { Protection, Repository } from "../state.ts";
import { fullName, type World } from "../world.ts";

type Ids =
  | "repos/list-branches"
  | "repos/get-branch"
  | "repos/get-branch-protection"
  | "repos/update-branch-protection"
  | "repos/delete-branch-protection";

export const branches: Pick<Endpoints, Ids> = {
  "repos/list-branches": {
    app: "contents:read",
    answer: async (_, { world, repository }) => {
      const heads = [...(await readReferences(repository))].filter(([ref]) => ref.startsWith("refs/heads/"));
      return listed(heads, ([ref, sha]) => {
        const name = ref.slice("refs/heads/".length);
        const commit = { sha, url: `${repositoryUrl(world, repository)}/commits/${sha}` };
        return { name, commit, protected: repository.protections.has(name) };
      });
    },
  },
  "repos/get-branch": {
    app: "contents:read",
    answer: async ({ branch }, { world, repository }) => {
      const sha = found(await tipOf(repository.git, `refs/heads/${branch}`));
      const protection = repository.protections.get(branch);
      const self = `${repositoryUrl(world, repository)}/branches/${branch}`;
      return ok({
        name: branch,
        commit: await toCommit(world, repository, sha),
        _links: { self, html: `${world.origin}/${fullName(repository)}/tree/${branch}` },
        protected: protection !== undefined,
        protection: protection ? toProtection(world, repository, { branch, protection }) : { enabled: false },
        protection_url: `${self}/protection`,
      });
    },
  },
  "repos/get-branch-protection": {
    app: "administration:read",
    role: "admin",
    answer: ({ branch }, { world, repository }) => {
      const protection = repository.protections.get(branch);
      if (protection === undefined) throw new Refusal(404, "Branch not protected");
      return ok(toProtection(world, repository, { branch, protection }));
    },
  },
  "repos/update-branch-protection": {
    app: "administration:write",
    role: "admin",
    answer: (input, { world, repository }) => {
      const protection = parseProtection(input);
      repository.protections.set(input.branch, protection);
      return ok(toProtection(world, repository, { branch: input.branch, protection }));
    },
  },
  "repos/delete-branch-protection": {
    app: "administration:write",
    role: "admin",
    answer: ({ branch }, { repository }) => {
      repository.protections.delete(branch);
      return done();
    },
  },
};

function parseProtection(input: Input<"repos/update-branch-protection">): Protection {
  const { required_status_checks: checks, required_pull_request_reviews: reviews } = input;
  const named = checks?.checks ?? checks?.contexts.map((context) => ({ context, app_id: undefined })) ?? [];
  return {
    checks: named.map(({ context, app_id }) => ({ context, appId: app_id === -1 ? undefined : app_id })),
    strict: checks?.strict ?? false,
    enforceAdmins: input.enforce_admins ?? false,
    approvals: reviews ? (reviews.required_approving_review_count ?? 1) : undefined,
    dismissStale: reviews?.dismiss_stale_reviews ?? false,
  };
}

function toProtection(world: World, repository: Repository, of: { branch: string; protection: Protection }): object {
  const { checks, strict, enforceAdmins, approvals, dismissStale } = of.protection;
  const url = `${repositoryUrl(world, repository)}/branches/${of.branch}/protection`;
  const status = {
    url: `${url}/required_status_checks`,
    contexts_url: `${url}/required_status_checks/contexts`,
    strict,
    contexts: checks.map(({ context }) => context),
    checks: checks.map(({ context, appId }) => ({ context, app_id: appId ?? null })),
  };
  const reviews = {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: dismissStale,
    require_code_owner_reviews: false,
  };
  return {
    url,
    enabled: true,
    ...(checks.length > 0 && { required_status_checks: status }),
    ...(approvals !== undefined && {
      required_pull_request_reviews: { ...reviews, required_approving_review_count: approvals },
    }),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: enforceAdmins },
  };
}
