import { describe, expect, it } from "vitest";
import { parseLimitEnd } from "../../src/clients/rate-limit.ts";

const now = 1_800_000_000_000;
const secondary = "You have exceeded a secondary rate limit.";

function refusal(status: number, headers: Record<string, string | number>, message = "No") {
  return Object.assign(new Error(message), { status, response: { headers } });
}

/** Seconds until GitHub may be asked again. */
function waitOf(error: unknown): number | undefined {
  const end = parseLimitEnd(error, now);
  return end === undefined ? undefined : (end - now) / 1000;
}

describe("the end of a limit", () => {
  it.each([
    ["GitHub's word", refusal(403, { "retry-after": "30", "x-ratelimit-remaining": "0" }), 31],
    ["the same with 429", refusal(429, { "retry-after": "30" }), 31],
    ["the hour's end, where none is left", refusal(403, toHour(1800)), 1801],
    ["the same with 429", refusal(429, toHour(1800)), 1801],
    ["at once where the hour is over by our clock", refusal(403, toHour(-20)), 1],
    ["a minute for a secondary limit that names no time", refusal(403, {}, secondary), 61],
    ["a minute where the time cannot be read", refusal(403, { "retry-after": "soon" }, secondary), 61],
    ["a minute for 429 alone", refusal(429, {}), 61],
    ["an hour at most", refusal(429, { "retry-after": "999999" }), 3601],
  ])("is %s", (_, error, seconds) => {
    expect(waitOf(error)).toBe(seconds);
  });

  it.each([
    ["a permission that is missing", refusal(403, { "x-ratelimit-remaining": "4999" })],
    ["a refusal with no headers of limits", refusal(403, {})],
    ["another status", refusal(500, { "retry-after": "30" })],
    ["the network", new Error("socket hang up")],
    ["nothing", undefined],
  ])("is not told by %s", (_, error) => {
    expect(waitOf(error)).toBeUndefined();
  });
});

function toHour(seconds: number) {
  return { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + seconds) };
}
