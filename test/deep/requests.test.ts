import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { measureRequests, type RequestFigures } from "../stage/requests.ts";

let figures: RequestFigures;
let violations: readonly string[];

beforeAll(async () => {
  ({ figures, violations } = await measureRequests());
}, 180_000);

afterAll(() => expect(violations).toEqual([]));

// What an installation pays: GitHub's limit is 5,000 an hour. Fetches of git do not count towards it.
describe("the number of GitHub requests", () => {
  it("is at most 12 for an opened pull request", () => {
    expect(figures.opened.api.length, figures.opened.api.join("\n")).toBeLessThanOrEqual(12);
  });

  it("is at most 12 for it also where the App has just started, and so has no token yet", () => {
    expect(figures.openedCold.api.length, figures.openedCold.api.join("\n")).toBeLessThanOrEqual(12);
  });

  it("is at most 8 for a review", () => {
    expect(figures.review.api.length, figures.review.api.join("\n")).toBeLessThanOrEqual(8);
  });

  it("is at most 5 for a push that changes nothing in the directory", () => {
    expect(figures.push.api.length, figures.push.api.join("\n")).toBeLessThanOrEqual(5);
  });

  it("is none for a push to a branch that nothing is proposed against", () => {
    expect(figures.strayPush.api).toEqual([]);
  });
});
