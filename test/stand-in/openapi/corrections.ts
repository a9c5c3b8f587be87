import type { Schema } from "./schema.ts";

/** Where GitHub does something else than its description says, seen on github.com. Each place names what is done. */
export const correctedComponents: Record<string, (schema: Schema) => void> = {
  // A pull request whose fork was deleted has `head.repo: null`; the webhooks' schemas say so, these do not.
  "pull-request": allowMissingFork,
  "pull-request-simple": allowMissingFork,
  // A run that nobody completes is `stale` after fourteen days; the request's list and the check suite's have the word.
  "check-run": ({ properties }) => {
    const conclusion = properties?.conclusion;
    if (conclusion && Array.isArray(conclusion.enum)) conclusion.enum = [...conclusion.enum, "stale"];
  },
};

/** Octokit's copy merged the alternatives "user or enterprise" into an account that is both; elsewhere it is either. */
export const correctedResponses: Record<string, Record<string, Schema>> = {
  "apps/list-installations": { 200: { type: "array", items: { $ref: "components#/installation" } } },
};

function allowMissingFork({ properties }: Schema): void {
  const sides = properties?.head?.properties;
  if (sides?.repo) sides.repo = { anyOf: [sides.repo, { type: "null" }] };
}
