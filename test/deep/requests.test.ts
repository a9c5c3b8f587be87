import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPage } from "../docs/pages.ts";
import { events, measureRequests, type RequestFigures } from "../stage/requests.ts";

let figures: RequestFigures;
let violations: readonly string[];

beforeAll(async () => {
  ({ figures, violations } = await measureRequests());
}, 180_000);

afterAll(() => expect(violations).toEqual([]));

const names = Object.keys(events) as (keyof RequestFigures)[];

// What an installation pays: GitHub's limit is 5,000 an hour. It counts neither git's fetches nor a 304.
describe("the number of GitHub requests", () => {
  it.each(names.map((name) => [...events[name], name] as const))("for a %s is at most %d", (_, most, name) => {
    const { api } = figures[name];
    expect(api.length, api.join("\n")).toBeLessThanOrEqual(most);
  });

  it("is as the README has it", () => {
    const rows = names.map((name) => {
      const [words, most] = events[name];
      const { api, unchanged } = figures[name];
      return `| ${words} | ${api.length} | ${unchanged.length} | ≤ ${most} |`;
    });
    const found = readPage("README.md").match(/^\| event \| requests .*\n\| --- .*\n((?:\|.*\n)+)/m)?.[1];
    expect(found?.trim().split("\n")).toEqual(rows);
  });
});
