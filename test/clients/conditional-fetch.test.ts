import { beforeEach, describe, expect, it } from "vitest";
import { createConditionalFetch, type Fetch, type KeptAnswers } from "../../src/clients/conditional-fetch.ts";

/** A host with one body for each path, and the tags that it was asked with. */
let bodies: Map<string, string>;
let asked: (string | null)[];

const host: Fetch = async (url, init) => {
  const headers = new Headers(init.headers);
  const tag = `W/"${headers.get("authorization")} ${bodies.get(url)}"`;
  const given = headers.get("if-none-match");
  asked.push(given);
  const said = { etag: tag, "x-ratelimit-remaining": String(100 - asked.length), link: `<${url}?page=2>; rel="next"` };
  if (given === tag) return new Response(null, { status: 304, headers: said });
  return new Response(bodies.get(url) ?? "", { headers: said });
};

beforeEach(() => {
  bodies = new Map([
    ["/a", "first"],
    ["/b", "other"],
  ]);
  asked = [];
});

function open(sizes?: KeptAnswers) {
  const fetch = createConditionalFetch(host, sizes);
  return (url: string, { token = "one", method = "GET", accept = "json" } = {}) =>
    fetch(url, { method, headers: { authorization: token, accept } });
}

describe("an answer that was given before", () => {
  it("is asked for with its tag, and given again, with what the 304 says", async () => {
    const get = open();
    await get("/a");
    const again = await get("/a");
    expect([again.status, await again.text()]).toEqual([200, "first"]);
    expect(Object.fromEntries(again.headers)).toMatchObject({
      "x-ratelimit-remaining": "98",
      link: '</a?page=2>; rel="next"',
    });
    expect(asked).toEqual([null, 'W/"one first"']);
  });

  it("is never given where it has changed, and the new one takes its place", async () => {
    const get = open();
    await get("/a");
    bodies.set("/a", "second");
    expect(await (await get("/a")).text()).toBe("second");
    expect(await (await get("/a")).text()).toBe("second");
    expect(asked).toEqual([null, 'W/"one first"', 'W/"one second"']);
  });

  it.each([
    ["another token", { token: "two" }],
    ["another form", { accept: "raw" }],
    ["a write", { method: "POST" }],
  ])("is of no use to %s", async (_, options) => {
    const get = open();
    await get("/a");
    await get("/a", options);
    expect(asked).toEqual([null, null]);
  });
});

describe("what is kept", () => {
  it("is no more than so many bytes: what was not asked for longest goes first", async () => {
    const get = open({ total: 2 * 2048 + 12, each: 10 });
    bodies.set("/c", "third");
    for (const path of ["/a", "/b", "/a", "/c"]) await get(path);
    asked = [];
    for (const path of ["/a", "/c", "/b"]) await get(path);
    expect(asked).toEqual(['W/"one first"', 'W/"one third"', null]);
  });

  it("is no answer that is large by itself, which comes whole all the same", async () => {
    const get = open({ total: 10_000, each: 4 });
    expect(await (await get("/a")).text()).toBe("first");
    expect(await (await get("/a")).text()).toBe("first");
    expect(asked).toEqual([null, null]);
  });
});
