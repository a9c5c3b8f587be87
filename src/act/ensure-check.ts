import type { CheckRunInput, GithubCheckRun, GithubClient } from "../clients/github.ts";
import { type CheckWords, checkName } from "../words.ts";

/** GitHub calls a check stale after 14 days: one that still goes on is begun again before (protocol §6). */
const renewAfter = 10 * 86_400;

/** The App's one check run on the head commit says exactly this. Writes only on change. */
export async function ensureCheckRun(
  words: CheckWords,
  {
    github,
    app,
    head,
    now,
  }: {
    readonly github: GithubClient;
    readonly app: { readonly id: number };
    readonly head: string;
    readonly now: number;
  },
): Promise<void> {
  const input = toInput(words, head);
  const run = await github.findCheckRun(head, { check_name: checkName, app_id: app.id });
  if (!run || isAging(run, now)) await github.createCheckRun(input);
  else if (!isSame(run, input)) await replace(run, input, github);
}

/** A finished run cannot be put back to going on by an update, so a new one takes its place. */
async function replace(run: GithubCheckRun, input: CheckRunInput, github: GithubClient): Promise<void> {
  if (run.status === "completed" && input.status === "in_progress") await github.createCheckRun(input);
  else {
    const { head_sha: _, ...changes } = input;
    await github.updateCheckRun(run.id, changes);
  }
}

function toInput({ state, title, summary }: CheckWords, head_sha: string): CheckRunInput {
  const output = { title: title.slice(0, 250), summary: summary.slice(0, 60_000) };
  if (state === "in_progress") return { name: checkName, head_sha, status: "in_progress", output };
  return { name: checkName, head_sha, status: "completed", conclusion: state, output };
}

function isSame(run: GithubCheckRun, input: CheckRunInput): boolean {
  return (
    run.status === input.status &&
    (run.conclusion ?? undefined) === input.conclusion &&
    run.output.title === input.output.title &&
    run.output.summary === input.output.summary
  );
}

function isAging({ status, started_at }: GithubCheckRun, now: number): boolean {
  return status === "in_progress" && started_at !== null && now - Date.parse(started_at) / 1000 > renewAfter;
}
