import { describe, expect, it } from "vitest";
import { isAtRest } from "../../src/decide/rest.ts";
import type { ProposalState, PullVerdict } from "../../src/verdict.ts";

function verdict(scope: PullVerdict["scope"], states: readonly ProposalState[] = []) {
  return { scope, proposals: states.map((state) => ({ state, reasons: [] })) };
}

describe("a closed pull request", () => {
  it.each<[string, ReturnType<typeof verdict>]>([
    ["touches nothing", verdict({ kind: "untouched" })],
    ["is of a repository without configuration", verdict({ kind: "not-configured" })],
    ["goes to another branch", verdict({ kind: "other-branch", branch: "dev" })],
    ["is finalized on every chain", verdict({ kind: "proposals" }, ["finalized", "finalized"])],
    ["has expired", verdict({ kind: "proposals" }, ["expired"])],
  ])("needs nothing more where it %s", (_, found) => expect(isAtRest(found)).toBe(true));

  it.each<ProposalState>([
    ...([
      "proposed",
      "approved",
      "scheduled",
      "outdated",
      "withdrawn",
      "rejected",
      "failed",
      "blocked",
      "unknown",
    ] as const),
  ])("may need more where one of its proposals is %s", (state) =>
    expect(isAtRest(verdict({ kind: "proposals" }, ["finalized", state]))).toBe(false),
  );

  it("may need more where the configuration could not be read", () =>
    expect(isAtRest(verdict({ kind: "policy-invalid", problems: [] }))).toBe(false));
});
