import type { Octokit } from "@octokit/rest";
import { CountersignError, failure } from "../errors.ts";
import type { PullRef } from "../facts.ts";
import { policyPath } from "../policy.ts";
import { parseLimitEnd } from "./rate-limit.ts";

/** The part of Octokit that is used, so that Probot's, the CLI's and the Action's all fit. */
export type GithubApi = Pick<Octokit, "rest" | "paginate">;

/** One repository on a GitHub host: its own words, no opinions. Every list is read to its last page. */
export type GithubClient = ReturnType<typeof openGithub>;

export type GithubPull = Awaited<ReturnType<GithubClient["readPull"]>>;
export type GithubComment = Awaited<ReturnType<GithubClient["listComments"]>>[number];
export type GithubReview = Awaited<ReturnType<GithubClient["listReviews"]>>[number];
export type GithubCheckRun = NonNullable<Awaited<ReturnType<GithubClient["findCheckRun"]>>>;

export interface CheckRunInput {
  readonly name: string;
  readonly head_sha: string;
  readonly status: "in_progress" | "completed";
  readonly conclusion?: "success" | "failure" | "action_required";
  readonly output: { readonly title: string; readonly summary: string };
}

export interface DeploymentInput {
  readonly ref: string;
  readonly environment: string;
  readonly description: string;
  readonly payload: Record<string, unknown>;
}

const per_page = 100;

export interface Repository extends Pick<PullRef, "owner" | "repository"> {
  /** Where it is known: then what is read under this name must be that repository's. */
  readonly repositoryId?: number;
}

/**
 * @throws GITHUB_REFUSED where the host says no, GITHUB_UNREACHABLE where it does not say, GITHUB_LIMITED where it was asked
 * too much
 */
export function openGithub(api: GithubApi, { owner, repository: repo, repositoryId }: Repository) {
  const { rest } = api;
  const at = { owner, repo };
  return {
    /** Whose token it is. */
    readLogin: () => ask(async () => (await rest.users.getAuthenticated()).data.login),
    /** Which configuration the default branch has, if any: the cheapest way to know that a repository is of interest. */
    findPolicyId: () =>
      ask(async () => {
        const found = await orAbsent(async () => (await rest.repos.getContent({ ...at, path: policyPath })).data);
        return found && ("sha" in found ? found.sha : "a folder");
      }),
    /** The number of the repository that has this name, or had it and is redirected to; undefined where none is seen. */
    findRepositoryId: ({ owner: login, repository: name }: Pick<PullRef, "owner" | "repository">) =>
      ask(() => orAbsent(async () => (await rest.repos.get({ owner: login, repo: name })).data.id)),
    readPull: (pull_number: number) =>
      ask(async () => {
        const { data } = await rest.pulls.get({ ...at, pull_number });
        const found = data.base.repo.id;
        if (repositoryId === undefined || found === repositoryId) return data;
        throw failure("GITHUB_REFUSED", `expected ${owner}/${repo} to be repository ${repositoryId}, found ${found}`);
      }),
    listOpenPulls: (base?: string) =>
      ask(() => api.paginate(rest.pulls.list, { ...at, state: "open", per_page, ...(base && { base }) })),
    /** The most recently updated first, as far as `since` (ISO 8601). */
    listClosedPulls: (since: string) => ask(() => listClosedPulls(api, at, since)),
    listPullsOfCommit: (commit_sha: string) =>
      ask(() => api.paginate(rest.repos.listPullRequestsAssociatedWithCommit, { ...at, commit_sha, per_page })),
    readMergeBase: (base: string, head: string) =>
      ask(async () => {
        const { data } = await rest.repos.compareCommitsWithBasehead({
          ...at,
          basehead: `${base}...${head}`,
          per_page: 1,
        });
        return data.merge_base_commit.sha;
      }),
    /** The newest commit in the head's history that changed the path, as `git rev-list -1 HEAD -- PATH`. */
    readLastCommit: (head: string, path: string) =>
      ask(async () => {
        const { data } = await rest.repos.listCommits({ ...at, sha: head, ...(path && { path }), per_page: 1 });
        return data[0]?.sha;
      }),
    listComments: (issue_number: number) =>
      ask(() => api.paginate(rest.issues.listComments, { ...at, issue_number, per_page })),
    createComment: (issue_number: number, body: string) =>
      ask(async () => (await rest.issues.createComment({ ...at, issue_number, body })).data),
    updateComment: (comment_id: number, body: string) =>
      ask(async () => (await rest.issues.updateComment({ ...at, comment_id, body })).data),
    /** Once for each account and content, however often it is asked for. */
    createReaction: (comment_id: number, content: "eyes") =>
      ask(async () => (await rest.reactions.createForIssueComment({ ...at, comment_id, content })).data),
    /** Whether the account may push here. */
    canWrite: (username: string) =>
      ask(async () => {
        const { data } = await rest.repos.getCollaboratorPermissionLevel({ ...at, username });
        return data.permission === "admin" || data.permission === "write";
      }),
    listReviews: (pull_number: number) =>
      ask(() => api.paginate(rest.pulls.listReviews, { ...at, pull_number, per_page })),
    createReview: (
      pull_number: number,
      review: { event: "APPROVE" | "REQUEST_CHANGES"; commit_id: string; body: string },
    ) => ask(async () => (await rest.pulls.createReview({ ...at, pull_number, ...review })).data),
    findCheckRun: (ref: string, { check_name, app_id }: { check_name: string; app_id: number }) =>
      ask(
        async () =>
          (await rest.checks.listForRef({ ...at, ref, check_name, app_id, filter: "latest" })).data.check_runs[0],
      ),
    createCheckRun: (input: CheckRunInput) => ask(async () => (await rest.checks.create({ ...at, ...input })).data),
    updateCheckRun: (check_run_id: number, input: Omit<CheckRunInput, "head_sha">) =>
      ask(async () => (await rest.checks.update({ ...at, check_run_id, ...input })).data),
    listDeployments: (sha: string, environment: string) =>
      ask(() => api.paginate(rest.repos.listDeployments, { ...at, sha, environment, per_page })),
    createDeployment: (input: DeploymentInput) =>
      ask(
        async () =>
          (await rest.repos.createDeployment({ ...at, ...input, auto_merge: false, required_contexts: [] })).data,
      ),
    listDeploymentStatuses: (deployment_id: number) =>
      ask(() => api.paginate(rest.repos.listDeploymentStatuses, { ...at, deployment_id, per_page })),
    createDeploymentStatus: (deployment_id: number, status: { description: string; log_url: string }) =>
      ask(
        async () =>
          (await rest.repos.createDeploymentStatus({ ...at, deployment_id, state: "success", ...status })).data,
      ),
  };
}

async function listClosedPulls(api: GithubApi, at: { owner: string; repo: string }, since: string) {
  const order = { state: "closed", sort: "updated", direction: "desc", per_page } as const;
  return api.paginate(api.rest.pulls.list, { ...at, ...order }, (page, done) => {
    const recent = page.data.filter(({ updated_at }) => updated_at >= since);
    if (recent.length < page.data.length) done();
    return recent;
  });
}

async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (toStatus(error) === 404) return undefined;
    throw error;
  }
}

async function ask<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    throw toGithubFailure(cause);
  }
}

/** By status: 4xx is the host's no; all else is no answer. Only of a limit GitHub tells in words and headers. */
export function toGithubFailure(cause: unknown): CountersignError {
  if (cause instanceof CountersignError) return cause;
  const until = parseLimitEnd(cause, Date.now());
  if (until !== undefined) return toLimited(until, cause);
  const status = toStatus(cause);
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const words = cause instanceof Error ? cause.message : String(cause);
  return failure(
    isRefusal ? "GITHUB_REFUSED" : "GITHUB_UNREACHABLE",
    `GitHub answered ${status || "nothing"}: ${words}`,
    { cause },
  );
}

/** @param until Unix milliseconds */
export function toLimited(until: number, cause?: unknown): CountersignError {
  const words = `GitHub was asked too much, and answers again at ${new Date(until).toISOString()}`;
  return failure("GITHUB_LIMITED", words, { until, cause });
}

/** 0 where the error is not an answer. */
export function toStatus(error: unknown): number {
  return typeof error === "object" && error !== null && "status" in error ? Number(error.status) : 0;
}
