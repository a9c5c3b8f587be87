import { describe, expect, it } from "vitest";
import { decidePull } from "../../src/decide/pull.ts";
import { mayDecide } from "../../src/decide/requests.ts";
import type { Post, Pull } from "../../src/facts.ts";
import { now, post, withPull } from "../helpers/facts.ts";

const author = { author: "dev" } as const;
const edited = { ...author, createdAt: now - 100, changedAt: now + 1 };
const review = { ...author, kind: "review", changedAt: undefined } as const;

describe("who may propose anew or withdraw", () => {
  it.each<[string, boolean, Partial<Post>, Pull["state"]]>([
    ["the author", true, author, "open"],
    ["the author, who edited his comment", true, edited, "open"],
    ["the author, from before the merge", true, author, "merged"],
    ["the author, who edited his comment after the merge", false, edited, "merged"],
    ["the author, after the merge", false, { ...author, createdAt: now + 1 }, "merged"],
    ["the author, in a review: nothing says when that was edited", false, review, "open"],
    ["the author, in a review from before the merge", false, review, "merged"],
    ["the author, in a review, who may write", true, { ...review, canWrite: true }, "merged"],
    ["who may write", true, { canWrite: true, createdAt: now + 1 }, "merged"],
    ["who may not", false, { canWrite: false }, "open"],
    ["who was not asked about", false, { trusted: true }, "open"],
  ])("%s: %s", (_, expected, change, state) => {
    const { pull } = withPull({ state, ...(state === "merged" && { mergedAt: now }) });
    expect(mayDecide(post([{ kind: "withdraw" }], change), pull)).toBe(expected);
  });

  it("has the same deadline before and after the merge", () => {
    const posts = [
      post([{ kind: "propose" }], { ...author, createdAt: now - 50 }),
      post([{ kind: "propose" }], review),
    ];
    const deadlineOf = (pull: Partial<Pull>) =>
      decidePull({ ...withPull(pull), posts }).proposals[0]?.proposal?.approval.deadline;
    expect(deadlineOf({ state: "merged", mergedAt: now })).toBe(deadlineOf({}));
  });
});
