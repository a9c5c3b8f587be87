import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plantGithub } from "../helpers/github.ts";

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

const page = (numbers: readonly number[]) => numbers.map((id) => ({ id }));

describe("a list", () => {
  it("is read to its last page", async () => {
    const path = "/issues/7/comments";
    const link = `<https://api.github.com/repos/acme/vault${path}?per_page=100&page=2>; rel="next"`;
    planted
      .get(path)
      .query({ per_page: 100 })
      .reply(200, page([1, 2]), { link });
    planted
      .get(path)
      .query({ per_page: 100, page: 2 })
      .reply(200, page([3]));
    expect((await github.listComments(7)).map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it("of closed pull requests ends where they are too old, without asking for more", async () => {
    const updated = ["2026-03-03", "2026-02-02", "2026-01-01"].map((day, number) => ({
      number,
      updated_at: `${day}T00:00:00Z`,
    }));
    const link = '<https://api.github.com/repos/acme/vault/pulls?page=2>; rel="next"';
    planted
      .get("/pulls")
      .query({ state: "closed", sort: "updated", direction: "desc", per_page: 100 })
      .reply(200, updated, { link });
    expect((await github.listClosedPulls("2026-02-01T00:00:00Z")).map(({ number }) => number)).toEqual([0, 1]);
  });
});

describe("the configuration", () => {
  it.each<[string, number, object, string | undefined]>([
    ["its id", 200, { sha: "a".repeat(40) }, "a".repeat(40)],
    ["being a folder", 200, [], "a folder"],
    ["not being there", 404, {}, undefined],
  ])("is known by %s", async (_, status, answer, known) => {
    planted.get("/contents/.github%2Fcountersign.yml").reply(status, answer);
    expect(await github.findPolicyId()).toBe(known);
  });

  it("is unknown where GitHub says nothing of use", async () => {
    planted.get("/contents/.github%2Fcountersign.yml").reply(500, {});
    await expect(github.findPolicyId()).rejects.toMatchObject({ code: "GITHUB_UNREACHABLE" });
  });
});

describe("a failure", () => {
  it.each([
    [400, "GITHUB_REFUSED"],
    [401, "GITHUB_REFUSED"],
    [403, "GITHUB_REFUSED"],
    [404, "GITHUB_REFUSED"],
    [422, "GITHUB_REFUSED"],
    [408, "GITHUB_UNREACHABLE"],
    [429, "GITHUB_LIMITED"],
    [500, "GITHUB_UNREACHABLE"],
    [503, "GITHUB_UNREACHABLE"],
  ])("of status %d is told apart by it: %s", async (status, code) => {
    planted.get("/pulls/7").reply(status, { message: "No" });
    await expect(github.readPull(7)).rejects.toMatchObject({ code });
  });

  it("of the network is no answer, and its words hold no token", async () => {
    planted.get("/pulls/7").replyWithError("socket hang up");
    const error = await github.readPull(7).catch((cause: Error) => cause);
    expect(error).toMatchObject({ code: "GITHUB_UNREACHABLE" });
    expect(String(error)).not.toContain("a token");
  });
});

describe("the App's own check", () => {
  it("is looked for by name and App, the latest only", async () => {
    const query = { check_name: "countersign", app_id: 7, filter: "latest" };
    planted
      .get(`/commits/${"a".repeat(40)}/check-runs`)
      .query(query)
      .reply(200, { total_count: 1, check_runs: page([5]) });
    expect((await github.findCheckRun("a".repeat(40), { check_name: "countersign", app_id: 7 }))?.id).toBe(5);
  });
});

describe("a deployment", () => {
  it("merges nothing and waits for no status", async () => {
    const body = (sent: Record<string, unknown>) =>
      sent.auto_merge === false && JSON.stringify(sent.required_contexts) === "[]";
    planted.post("/deployments", body).reply(201, { id: 9 });
    await github.createDeployment({ ref: "a".repeat(40), environment: "1 / 0x", description: "", payload: {} });
  });
});
