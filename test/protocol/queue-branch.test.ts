import { describe, expect, it } from "vitest";
import { parseQueueBranch } from "../../src/protocol/queue-branch.ts";

const parent = "a".repeat(40);

describe("a branch of the merge queue", () => {
  it("names the base branch and the pull request", () => {
    expect(parseQueueBranch(`gh-readonly-queue/main/pr-7-${parent}`)).toEqual({ base: "main", number: 7 });
    expect(parseQueueBranch(`gh-readonly-queue/release/pr-1-x/pr-12-${parent}`)).toEqual({
      base: "release/pr-1-x",
      number: 12,
    });
  });

  it.each([
    "main",
    "gh-readonly-queue/main",
    "gh-readonly-queue/main/pr-7",
    `gh-readonly-queue/main/pr-0-${parent}`,
    `gh-readonly-queue/main/pr-7-${parent}/more`,
    `gh-readonly-queue/pr-7-${parent}`,
    `mine/gh-readonly-queue/main/pr-7-${parent}`,
    `gh-readonly-queue/main/pr-${"9".repeat(16)}-${parent}`,
  ])("is not %s", (name) => {
    expect(parseQueueBranch(name)).toBeUndefined();
  });
});
