import { CountersignError } from "../errors.ts";
import type { JudgedPull, ProposalVerdict, PullVerdict, Tally } from "../verdict.ts";
import type { CheckWords } from "../words.ts";
import { toCode } from "./markdown.ts";
import { explainProblems, explainReason } from "./reasons.ts";

export function explainCheck(verdict: PullVerdict): CheckWords {
  const { title, summary } = explainScope(verdict);
  const head =
    verdict.headPolicy.length === 0
      ? []
      : [`This branch's own configuration has errors: ${explainProblems(verdict.headPolicy)}`];
  const elsewhere = explainElsewhere(verdict);
  const words = [summary, ...elsewhere, ...head].join("\n\n");
  return { state: verdict.check, title: elsewhere.length > 0 ? `${title}, but elsewhere` : title, summary: words };
}

/** The check of a commit as one of the pull requests that have it as their head shows it. */
export function explainHead({ number, verdict }: JudgedPull, own: number): CheckWords {
  const words = explainCheck(verdict);
  if (number === own) return words;
  const why = `A check belongs to the commit, and #${number} proposes the same one against another branch. What is so of #${number}:`;
  return { ...words, title: `#${number}: ${words.title}`, summary: `${why}\n\n${words.summary}` };
}

function explainScope({ scope, proposals }: PullVerdict): Pick<CheckWords, "title" | "summary"> {
  switch (scope.kind) {
    case "untouched":
      return {
        title: "No registered contract is touched",
        summary: "This pull request changes no registered directory.",
      };
    case "not-configured":
      return {
        title: "No contract is registered here",
        summary: "The default branch has no `.github/countersign.yml`, so there is nothing to countersign.",
      };
    case "other-branch":
      return {
        title: "Not a proposal",
        summary: "Pull requests to this branch are no proposals; `branches` in the configuration lists those that are.",
      };
    case "policy-invalid":
      return { title: "The configuration on the default branch has errors", summary: explainProblems(scope.problems) };
    case "proposals":
      return { title: proposals.map(toTitle).join("; "), summary: proposals.map(toSummary).join("\n\n") };
  }
}

function explainElsewhere({ elsewhere }: PullVerdict): string[] {
  if (elsewhere.length === 0) return [];
  const paths = elsewhere.map((path) => toCode(path)).join(", ");
  return [
    `This commit changes ${paths} when it is proposed against another listed branch. A check belongs to the commit, not to the pull request, so it is not green here either.`,
  ];
}

/** Our own fault, or a host that does not answer: told, and tried again. What is not ours to show is not shown. */
export function explainFault(error: unknown): CheckWords {
  const problems = error instanceof CountersignError ? error.problems : [];
  const reason =
    problems.length > 0 ? explainProblems(problems) : "`INTERNAL` Something unexpected; the App's log has it.";
  return { state: "in_progress", title: titles.unknown, summary: `${reason}\n\nThis is tried again by itself.` };
}

const titles: Readonly<Record<ProposalVerdict["state"], string>> = {
  proposed: "Waiting for signatures",
  approved: "Approved",
  scheduled: "Scheduled",
  finalized: "Finalized",
  outdated: "The base moved on",
  withdrawn: "Withdrawn",
  rejected: "Rejected",
  expired: "Expired",
  failed: "Failed",
  blocked: "Cannot be proposed as it is",
  unknown: "Could not be found out yet",
};

/** A proposal's state in a few words, with how far it is: `Waiting for signatures: 3 of 6 signed`. */
export function toTitle({ state, tallies }: ProposalVerdict): string {
  const counts = state === "proposed" && tallies.length > 0 ? `: ${tallies.map(toCount).join(", ")}` : "";
  return `${titles[state]}${counts}`;
}

export function toCount({ signed, needed }: Tally): string {
  return `${signed} of ${needed} signed`;
}

function toSummary({ chainId, reasons, proposal }: ProposalVerdict): string {
  const digest = proposal ? [`Digest: \`${proposal.digest}\``] : [];
  return [`Chain ${chainId}`, ...reasons.map(explainReason), ...digest].map((line) => `- ${line}`).join("\n");
}
