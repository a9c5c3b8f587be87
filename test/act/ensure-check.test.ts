import { afterEach, beforeEach, describe, it } from "vitest";
import { ensureCheckRun } from "../../src/act/ensure-check.ts";
import type { CheckWords } from "../../src/words.ts";
import { plantGithub } from "../helpers/github.ts";

const head = "a".repeat(40);
const now = 1_800_000_000;
const waiting: CheckWords = { state: "in_progress", title: "Waiting for signatures", summary: "- 1 of 2" };
const approved: CheckWords = { state: "success", title: "Approved", summary: "- Enough" };

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

/** What stands on GitHub. */
function plantRun(words: CheckWords | undefined, startedDaysAgo = 0): void {
  const run = words && {
    id: 5,
    ...(words.state === "in_progress"
      ? { status: "in_progress", conclusion: null }
      : { status: "completed", conclusion: words.state }),
    started_at: new Date((now - startedDaysAgo * 86_400) * 1000).toISOString(),
    output: { title: words.title, summary: words.summary },
  };
  planted
    .get(`/commits/${head}/check-runs`)
    .query(true)
    .reply(200, { check_runs: run ? [run] : [] });
}

const ensure = (words: CheckWords) => ensureCheckRun(words, { github, app: { id: 7 }, head, now });

describe("the check run", () => {
  it("is made where there is none", async () => {
    plantRun(undefined);
    planted
      .post("/check-runs", {
        name: "countersign",
        head_sha: head,
        status: "in_progress",
        output: { title: waiting.title, summary: waiting.summary },
      })
      .reply(201, {});
    await ensure(waiting);
  });

  it.each([waiting, approved])("is left alone where it says so already: $state", async (words) => {
    plantRun(words);
    await ensure(words);
  });

  it("is changed where it says something else", async () => {
    plantRun(waiting);
    planted
      .patch("/check-runs/5", {
        name: "countersign",
        status: "completed",
        conclusion: "success",
        output: { title: approved.title, summary: approved.summary },
      })
      .reply(200, {});
    await ensure(approved);
  });

  it("is made anew where a finished one has to go on: GitHub cannot reopen it", async () => {
    plantRun(approved);
    planted.post("/check-runs", (body) => body.status === "in_progress").reply(201, {});
    await ensure(waiting);
  });

  it("is made anew before GitHub calls it stale, at 14 days", async () => {
    plantRun(waiting, 11);
    planted.post("/check-runs").reply(201, {});
    await ensure(waiting);
  });

  it("is left alone at any age once it is finished, which never gets stale", async () => {
    plantRun(approved, 11);
    await ensure(approved);
  });

  it("is cut to what GitHub takes", async () => {
    plantRun(undefined);
    planted
      .post("/check-runs", ({ output }) => output.title.length <= 255 && output.summary.length <= 65_535)
      .reply(201, {});
    await ensure({ ...waiting, title: "t".repeat(1_000), summary: "s".repeat(100_000) });
  });

  it("is never neutral or skipped, which would let a merge through", async () => {
    for (const state of ["success", "action_required", "failure"] as const) {
      plantRun(undefined);
      planted.post("/check-runs", ({ conclusion }) => conclusion === state).reply(201, {});
      await ensure({ ...approved, state });
    }
  });
});
