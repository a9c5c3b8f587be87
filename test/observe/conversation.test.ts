import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { observeConversation } from "../../src/observe/conversation.ts";
import { toMarker } from "../../src/protocol/approval-block.ts";
import { toReplyMarker } from "../../src/protocol/reply-marker.ts";
import { plantGithub } from "../helpers/github.ts";

const app = { id: 7, slug: "countersign" };
const head = "a".repeat(40);
const digest = `0x${"11".repeat(32)}` as const;
const marker = toMarker({
  head,
  proposals: [{ chainId: 1, digest }],
  earlier: [{ digest: `0x${"22".repeat(32)}`, head }],
});

let { github, planted, assertAsked } = plantGithub();
beforeEach(() => {
  ({ github, planted, assertAsked } = plantGithub());
});
afterEach(() => assertAsked());

const bot = { user: { login: "countersign[bot]", type: "Bot" }, performed_via_github_app: { id: 7 } };
const person = { user: { login: "alice", type: "User" }, author_association: "NONE" };
let nextId = 0;
const comment = (fields: object) => {
  nextId += 1;
  const html_url = `https://github.com/acme/vault/pull/7#issuecomment-${nextId}`;
  const at = "2026-01-01T00:00:00Z";
  return { id: nextId, html_url, created_at: at, updated_at: at, ...person, ...fields };
};
const review = (fields: object) => ({
  ...comment({}),
  state: "COMMENTED",
  submitted_at: "2026-01-01T00:00:00Z",
  ...fields,
});

function observe(comments: readonly object[], reviews: readonly object[] = [], as: typeof app | undefined = app) {
  planted.get("/issues/7/comments").query(true).reply(200, comments);
  planted.get("/pulls/7/reviews").query(true).reply(200, reviews);
  return observeConversation({ number: 7, author: "dev", trusted: false, state: "open" }, { github, app: as });
}

describe("posts", () => {
  it("are comments and submitted reviews, in order of time", async () => {
    const { posts } = await observe(
      [comment({ body: "/countersign help", created_at: "2026-01-03T00:00:00Z" })],
      [
        review({ body: "/countersign status", submitted_at: "2026-01-02T00:00:00Z", state: "DISMISSED" }),
        review({ body: "/countersign status", state: "PENDING", submitted_at: undefined }),
      ],
    );
    expect(posts.map(({ kind, commands }) => [kind, commands[0]?.kind])).toEqual([
      ["review", "status"],
      ["comment", "help"],
    ]);
  });

  it("tell when they were last edited, but for reviews", async () => {
    const updated_at = "2026-01-05T00:00:00Z";
    const { posts } = await observe([comment({ body: "", updated_at })], [review({ body: "", updated_at })]);
    expect(posts.map(({ kind, changedAt }) => [kind, changedAt])).toEqual([
      ["comment", Date.parse(updated_at) / 1000],
      ["review", undefined],
    ]);
  });

  it("of Apps are none: they quote people", async () => {
    const { posts } = await observe(
      [
        comment({ ...bot, body: "/countersign help" }),
        comment({ user: { login: "other[bot]", type: "Bot" }, body: "/countersign help" }),
      ],
      [review({ user: { login: "other[bot]", type: "Bot" }, body: "/countersign help" })],
    );
    expect(posts).toEqual([]);
  });

  it("of somebody who is gone are those of a ghost", async () => {
    const { posts } = await observe([comment({ user: null, body: "/countersign help" })]);
    expect(posts.map(({ author, trusted }) => [author, trusted])).toEqual([["ghost", false]]);
  });

  it.each([
    ["alice", "OWNER", true],
    ["alice", "MEMBER", true],
    ["alice", "COLLABORATOR", true],
    ["alice", "CONTRIBUTOR", false],
    ["alice", "FIRST_TIMER", false],
    ["dev", "NONE", true],
  ])("of %s (%s): trusted %s", async (login, author_association, trusted) => {
    const { posts } = await observe([comment({ user: { login, type: "User" }, author_association, body: "" })]);
    expect(posts[0]?.trusted).toBe(trusted);
  });
});

describe("our own comment", () => {
  it("is found by the App that wrote it, and tells what was proposed before", async () => {
    const { sticky, earlier } = await observe([
      comment({ body: "Hello" }),
      comment({ ...bot, body: `${marker}\n\nWords` }),
    ]);
    expect(sticky?.body).toContain("Words");
    expect(earlier.map((one) => one.digest)).toEqual([digest, `0x${"22".repeat(32)}`]);
  });

  it.each([
    ["a person", person],
    ["another App", { user: { login: "other[bot]", type: "Bot" }, performed_via_github_app: { id: 8 } }],
    ["a person named like the App", { user: { login: "countersign", type: "User" } }],
  ])("is not what %s wrote with its marker", async (_, author) => {
    const { sticky, earlier, answered } = await observe([
      comment({ ...author, body: marker }),
      comment({ ...author, body: toReplyMarker({ kind: "comment", id: 5 }) }),
    ]);
    expect([sticky, earlier, answered]).toEqual([undefined, [], []]);
  });

  it("answers posts, each kind apart", async () => {
    const names = [{ kind: "comment", id: 5 } as const, { kind: "review", id: 5 } as const];
    const { answered, sticky } = await observe(
      names.map((name) => comment({ ...bot, body: `${toReplyMarker(name)}\n\nHelp` })),
    );
    expect(answered).toEqual(names);
    expect(sticky).toBeUndefined();
  });

  it("is any App's for a person, who has none and only compares it", async () => {
    expect((await observe([comment({ ...bot, body: marker })], [], undefined)).sticky).toBeDefined();
    expect((await observe([comment({ body: marker })], [], undefined)).sticky).toBeUndefined();
  });
});
