import type { CheckRun, CheckSuite, Pull, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { fullName, timestamp } from "../world.ts";
import { nodeId } from "./account.ts";
import { toApp } from "./app.ts";
import { toGitCommit } from "./commit.ts";
import { repositoryUrl, toRepository } from "./repository.ts";

const twoWeeks = 14 * 24 * 3600 * 1000;

/** A run that is not renewed for fourteen days is called stale by GitHub. */
export function settledRun(world: World, run: CheckRun): CheckRun {
  const isOld = run.status !== "completed" && world.now().getTime() - Date.parse(run.startedAt) > twoWeeks;
  return isOld ? { ...run, status: "completed", conclusion: "stale", completedAt: timestamp(world) } : run;
}

export function toRun(world: World, repository: Repository, stored: CheckRun): Record<string, unknown> {
  const run = settledRun(world, stored);
  const url = `${repositoryUrl(world, repository)}/check-runs/${run.id}`;
  const { title = null, summary = null, text = null } = run.output;
  return {
    id: run.id,
    node_id: nodeId("CheckRun", run.id),
    name: run.name,
    head_sha: run.suite.sha,
    external_id: run.externalId,
    url,
    html_url: `${world.origin}/${fullName(repository)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? `${world.origin}/apps/${run.suite.app.slug}`,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { title, summary, text, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: run.suite.id },
    app: toApp(world, run.suite.app),
    pull_requests: pullsAt(repository, run.suite.sha).map((pull) => toBriefPull(world, pull)),
  };
}

export async function toSuite(
  world: World,
  repository: Repository,
  suite: CheckSuite,
): Promise<Record<string, unknown>> {
  const runs = [...repository.runs.values()].filter((run) => run.suite === suite).map((run) => settledRun(world, run));
  const url = `${repositoryUrl(world, repository)}/check-suites/${suite.id}`;
  const isOver = runs.length > 0 && runs.every(({ status }) => status === "completed");
  const [date] = [suite.createdAt];
  return {
    id: suite.id,
    node_id: nodeId("CheckSuite", suite.id),
    head_branch: suite.branch,
    head_sha: suite.sha,
    status: isOver ? "completed" : runs.length > 0 ? "in_progress" : "queued",
    conclusion: isOver ? (runs.find(({ conclusion }) => conclusion !== "success")?.conclusion ?? "success") : null,
    url,
    before: suite.before,
    after: suite.sha,
    pull_requests: pullsAt(repository, suite.sha).map((pull) => toBriefPull(world, pull)),
    app: toApp(world, suite.app),
    repository: toRepository(world, repository),
    created_at: date,
    updated_at: date,
    head_commit: await toGitCommit(repository, suite.sha),
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

/** Without those from forks: GitHub leaves their list empty. */
function pullsAt(repository: Repository, sha: string): readonly Pull[] {
  const isHere = (pull: Pull) => pull.state === "open" && pull.head.sha === sha && pull.head.repository === repository;
  return [...repository.pulls.values()].filter(isHere);
}

function toBriefPull(world: World, { id, number, repository, head, base }: Pull): object {
  const repo = { id: repository.id, url: repositoryUrl(world, repository), name: repository.name };
  const url = `${repo.url}/pulls/${number}`;
  return {
    id,
    number,
    url,
    head: { ref: head.ref, sha: head.sha, repo },
    base: { ref: base.ref, sha: base.sha, repo },
  };
}
