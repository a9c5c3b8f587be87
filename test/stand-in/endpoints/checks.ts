import { type Call, created, type Endpoints, type Input, listed, ok } from "../endpoint.ts";
import type { WebhookId } from "../openapi/used.ts";
import { suiteOf } from "../pushes.ts";
import { found, notForApps, Refusal } from "../refusal.ts";
import { settledRun, toRun, toSuite } from "../shapes/check.ts";
import type { App, CheckRun, CheckSuite, Repository } from "../state.ts";
import { timestamp, type World } from "../world.ts";
import { resolveRef } from "./contents.ts";

type Ids =
  | "checks/create"
  | "checks/update"
  | "checks/get"
  | "checks/list-annotations"
  | "checks/list-for-ref"
  | "checks/list-for-suite"
  | "checks/list-suites-for-ref"
  | "checks/get-suite"
  | "checks/rerequest-run"
  | "checks/rerequest-suite";

export const checks: Pick<Endpoints, Ids> = {
  "checks/create": {
    app: "checks:write",
    answer: async (input, call) => {
      const app = callingApp(call);
      const sha = await resolveRef(call.repository, input.head_sha);
      if (sha !== input.head_sha) throw new Refusal(422, `No commit found for SHA: ${input.head_sha}`);
      const run = addRun(call, { app, input });
      await emitRun(
        call,
        run.status === "completed" ? ["check-run/created", "check-run/completed"] : ["check-run/created"],
        run,
      );
      return created(toRun(call.world, call.repository, run));
    },
  },
  "checks/update": {
    app: "checks:write",
    answer: async ({ check_run_id, ...input }, call) => {
      const run = found(call.repository.runs.get(Number(check_run_id)));
      if (run.suite.app !== callingApp(call))
        throw new Refusal(
          403,
          "Invalid app_id `" +
            callingApp(call).id +
            "` - check run can only be modified by the GitHub App that created it.",
        );
      update(call.world, run, input as Update);
      if (run.status === "completed") await emitRun(call, ["check-run/completed"], run);
      return ok(toRun(call.world, call.repository, run));
    },
  },
  "checks/get": {
    app: "checks:read",
    answer: ({ check_run_id }, { world, repository }) =>
      ok(toRun(world, repository, found(repository.runs.get(Number(check_run_id))))),
  },
  "checks/list-annotations": {
    app: "checks:read",
    answer: ({ check_run_id }, { repository }) =>
      listed(found(repository.runs.get(Number(check_run_id))).annotations, (one) => one),
  },
  "checks/list-for-ref": {
    app: "checks:read",
    answer: async ({ ref, ...filters }, { world, repository }) => {
      const sha = found(await resolveRef(repository, ref));
      const runs = selectRuns(world, repository, { ...filters, isMeant: ({ suite }) => suite.sha === sha });
      return listed(runs, (run) => toRun(world, repository, run), "check_runs");
    },
  },
  "checks/list-for-suite": {
    app: "checks:read",
    answer: ({ check_suite_id, ...filters }, { world, repository }) => {
      const wanted = findSuite(repository, check_suite_id);
      const runs = selectRuns(world, repository, { ...filters, isMeant: ({ suite }) => suite === wanted });
      return listed(runs, (run) => toRun(world, repository, run), "check_runs");
    },
  },
  "checks/list-suites-for-ref": {
    app: "checks:read",
    answer: async ({ ref, app_id }, { world, repository }) => {
      const sha = found(await resolveRef(repository, ref));
      const suites = [...repository.suites.values()].filter(
        (suite) => suite.sha === sha && (app_id === undefined || suite.app.id === app_id),
      );
      return listed(suites, (suite) => toSuite(world, repository, suite), "check_suites");
    },
  },
  "checks/get-suite": {
    app: "checks:read",
    answer: async ({ check_suite_id }, { world, repository }) =>
      ok(await toSuite(world, repository, findSuite(repository, check_suite_id))),
  },
  "checks/rerequest-run": {
    app: "checks:write",
    role: "write",
    answer: async ({ check_run_id }, call) => {
      await emitRun(call, ["check-run/rerequested"], found(call.repository.runs.get(Number(check_run_id))));
      return created({});
    },
  },
  "checks/rerequest-suite": {
    app: "checks:write",
    role: "write",
    answer: async ({ check_suite_id }, { world, repository, events, sender }) => {
      const suite = findSuite(repository, check_suite_id);
      const payload = { check_suite: await toSuite(world, repository, suite) };
      events.emit("check-suite/rerequested", { repository, sender, only: suite.app, payload });
      return created({});
    },
  },
};

/** Only Apps make check runs; people get 403. */
function callingApp({ actor }: Call): App {
  if (actor.kind === "installation") return actor.grant.installation.app;
  throw actor.kind === "user" ? new Refusal(403, "You must authenticate via a GitHub App.") : notForApps();
}

function findSuite(repository: Repository, id: number): CheckSuite {
  return found(repository.suites.get(Number(id)));
}

function addRun(call: Call, { app, input }: { app: App; input: Input<"checks/create"> }): CheckRun {
  const { world, repository } = call;
  const time = timestamp(world);
  const suite = suiteOf(call, repository, { app, sha: input.head_sha, branch: undefined });
  const run: CheckRun = {
    ...{
      id: world.nextId(),
      suite,
      createdAt: time,
      startedAt: time,
      name: input.name,
      status: "queued",
      externalId: "",
    },
    ...{ conclusion: undefined, completedAt: undefined, detailsUrl: undefined, output: {}, annotations: [] },
  };
  update(world, run, input);
  repository.runs.set(run.id, run);
  return run;
}

type Keys = "name" | "details_url" | "external_id" | "started_at" | "status" | "conclusion" | "completed_at" | "output";
type Update = Partial<Pick<Input<"checks/create">, Keys>>;

/** Sets what was given. A conclusion completes the run; another status opens it again. */
function update(world: World, run: CheckRun, input: Update): void {
  const { name, details_url, external_id, started_at, status, conclusion, completed_at, output } = input;
  run.name = name ?? run.name;
  run.detailsUrl = details_url ?? run.detailsUrl;
  run.externalId = external_id ?? run.externalId;
  run.startedAt = started_at ?? run.startedAt;
  run.status = conclusion ? "completed" : (status ?? run.status);
  if (run.status === "completed" && !(conclusion ?? run.conclusion))
    throw new Refusal(422, 'Invalid request.\n\n"conclusion" wasn\'t supplied.');
  const isOver = run.status === "completed";
  run.conclusion = isOver ? (conclusion ?? run.conclusion) : undefined;
  run.completedAt = isOver ? (completed_at ?? run.completedAt ?? timestamp(world)) : undefined;
  const { annotations = [], images: _, ...words } = output ?? {};
  run.output = { ...run.output, ...words };
  run.annotations = [...run.annotations, ...annotations];
}

interface Filters {
  readonly check_name?: string | undefined;
  readonly status?: string | undefined;
  readonly filter?: string | undefined;
  readonly app_id?: number | undefined;
  isMeant(run: CheckRun): boolean;
}

/** The newest first; `latest`, the default, keeps one run of each App and name. */
export function selectRuns(
  world: World,
  repository: Repository,
  { check_name, status, app_id, filter = "latest", isMeant }: Filters,
): readonly CheckRun[] {
  const runs = [...repository.runs.values()]
    .reverse()
    .filter(
      (run) =>
        isMeant(run) &&
        (check_name === undefined || run.name === check_name) &&
        (app_id === undefined || run.suite.app.id === app_id) &&
        (status === undefined || settledRun(world, run).status === status),
    );
  if (filter === "all") return runs;
  return [...new Map(runs.toReversed().map((run) => [`${run.suite.id} ${run.name}`, run])).values()].reverse();
}

async function emitRun(
  { world, repository, events, sender }: Call,
  ids: readonly WebhookId[],
  run: CheckRun,
): Promise<void> {
  const shaped = { ...toRun(world, repository, run), check_suite: await toSuite(world, repository, run.suite) };
  for (const id of ids) {
    const isOwn = id === "check-run/rerequested";
    events.emit(id, { repository, sender, payload: { check_run: shaped }, ...(isOwn && { only: run.suite.app }) });
  }
}
