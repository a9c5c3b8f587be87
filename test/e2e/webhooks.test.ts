import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing } from "../stage/chain.ts";
import { knock, sign } from "../stage/door.ts";
import { approve, awaitCheck, awaitComment } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { type OpenedPull, openPull } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";
import type { Delivery, Misfortune } from "../stand-in/webhooks.ts";

const names = ["lost", "repeated", "reordered", "tampered", "door"] as const;
let play: Play;
let secret: string;

beforeAll(async () => {
  play = await openPlay({ records: { paths: names.map((name) => `rules/${name}`) } });
  secret = String(play.stage.toSettings(play.registry).WEBHOOK_SECRET);
}, 120_000);

afterAll(async () => expect(await play?.end()).toEqual([]));

function projectOf(name: (typeof names)[number]) {
  return projectAt(play, names.indexOf(name));
}

async function open(name: (typeof names)[number]): Promise<OpenedPull> {
  const project = projectOf(name);
  return openPull(play.stage, project, { branch: name, files: { [`${project.path}/Rules.txt`]: "Second\n" } });
}

/** Every webhook meets this until the task is done. */
async function under<T>(fate: (delivery: Delivery) => Misfortune | undefined, task: () => Promise<T>): Promise<T> {
  const { webhooks } = play.stage.github;
  webhooks.misfortune = fate;
  try {
    const result = await task();
    await play.stage.github.idle();
    return result;
  } finally {
    webhooks.misfortune = undefined;
  }
}

async function expectFinalized(name: (typeof names)[number], pull: OpenedPull): Promise<void> {
  await awaitVersion(projectOf(name), 2);
  const comment = await awaitComment(play.stage, pull.number, "Finalized on chain in transaction");
  await awaitCheck(play.stage, pull.head, "Finalized");
  expect(comment).toContain("#### 2 of 2 signed");
  const { data } = await play.stage.owner.api.issues.listComments({ ...repo, issue_number: pull.number });
  expect(data.filter(({ user }) => user?.type === "Bot")).toHaveLength(1);
  expect(await countFinalizing(play.stage, projectOf(name))).toBe(1);
}

/** Signs, waits for nothing that needs a webhook, and merges. */
async function approveAndMerge(name: (typeof names)[number], pull: OpenedPull, comment: string): Promise<void> {
  await approve(play.stage, pull.number, { wallets: projectOf(name).signers.slice(0, 2), comment });
  await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
}

describe("webhooks", () => {
  it("may all be lost: the next start finds what they were about", async () => {
    const pull = await under(
      () => "lost",
      () => open("lost"),
    );
    await play.bot.stop();
    await play.start();
    const comment = await awaitComment(play.stage, pull.number);
    await under(
      () => "lost",
      () => approveAndMerge("lost", pull, comment),
    );
    await play.bot.stop("SIGKILL");
    await play.start();
    await expectFinalized("lost", pull);
  });

  it("may come twice", async () => {
    await under(
      () => "repeated",
      async () => {
        const pull = await open("repeated");
        const comment = await awaitComment(play.stage, pull.number);
        await approveAndMerge("repeated", pull, comment);
        await play.stage.github.idle();
        await expectFinalized("repeated", pull);
      },
    );
  });

  it("may come in another order, and again much later", async () => {
    const { webhooks } = play.stage.github;
    const pull = await open("reordered");
    const comment = await awaitComment(play.stage, pull.number);
    webhooks.hold();
    await approveAndMerge("reordered", pull, comment);
    webhooks.release((held) => held.toReversed());
    await play.stage.github.idle();
    await expectFinalized("reordered", pull);
    for (const { guid } of webhooks.log.slice(-6)) webhooks.redeliver(guid);
    await play.stage.github.idle();
    await expectFinalized("reordered", pull);
  });

  it("have no effect where they were changed on the way", async () => {
    const pull = await under(
      () => "tampered",
      () => open("tampered"),
    );
    const statuses = play.stage.github.webhooks.log
      .filter(({ fate }) => fate === "tampered")
      .map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401]));
    const { data } = await play.stage.owner.api.checks.listForRef({ ...repo, ref: pull.head });
    expect(data.check_runs).toEqual([]);
  });
});

describe("the webhook door", () => {
  let body: string;

  beforeAll(async () => {
    await under(
      () => "lost",
      () => open("door"),
    );
    const missed = play.stage.github.webhooks.log.findLast(({ event }) => event === "pull_request");
    body = JSON.stringify(missed?.payload);
  });

  const requestsOfApp = () => play.stage.github.requests.filter(({ kind }) => kind === "git").length;

  it.each<[string, number, (text: string) => Parameters<typeof knock>[1]]>([
    ["no signature", 400, (text) => ({ body: text })],
    ["a signature with another secret", 401, (text) => ({ body: text, secret: "development" })],
    [
      "the signature of another body",
      401,
      (text) => ({ body: text, headers: { "x-hub-signature-256": sign("{}", "a webhook secret of the stage") } }),
    ],
    ["a signature cut short", 400, (text) => ({ body: text, headers: { "x-hub-signature-256": "sha256=00" } })],
    [
      "a signature by SHA-1 alone",
      400,
      (text) => ({ body: text, headers: { "x-hub-signature": `sha1=${"0".repeat(40)}` } }),
    ],
    ["no JSON", 400, () => ({ body: "action=opened", secret: "a webhook secret of the stage" })],
    ["null", 400, () => ({ body: "null", secret: "a webhook secret of the stage" })],
  ])("refuses a body with %s: %d, and does nothing", async (_, status, toRequest) => {
    const before = requestsOfApp();
    expect(await knock(play.bot, toRequest(body))).toBe(status);
    expect(requestsOfApp()).toBe(before);
  });

  it.each([
    ["an event that it does not know", "sponsorship", "{}"],
    ["an event whose body is of another kind", "push", '{"zen":"Keep it"}'],
    ["a review that is none", "pull_request_review", '{"action":"submitted"}'],
  ])("is not brought down by %s", async (_, event, text) => {
    expect(await knock(play.bot, { body: text, event, secret })).toBe(202);
    expect((await fetch(`${play.bot.url}/health`)).status).toBe(200);
  });

  it("refuses more than 25 MB before it reads them", async () => {
    const large = "x".repeat(26 * 1024 * 1024);
    const sent = knock(play.bot, { body: large, headers: { "x-hub-signature-256": sign("{}", secret) } });
    // The answer comes while the body is still on its way; a client may only see that the connection ends.
    expect([413, "closed"]).toContain(await sent.catch(() => "closed"));
    expect((await fetch(`${play.bot.url}/health`)).status).toBe(200);
  });

  it("takes the true one", async () => {
    expect(await knock(play.bot, { body, secret })).toBe(202);
    const pull = JSON.parse(body).pull_request;
    await awaitCheck(play.stage, pull.head.sha, "in_progress");
  });

  it.each(["/", "/metrics", "/probot", "/api/github/webhooks", "/.env"])("shows nothing at GET %s", async (path) => {
    expect((await fetch(`${play.bot.url}${path}`)).status).toBe(404);
  });

  it("wrote no body to its log", async () => {
    await until("a line", async () => play.bot.log.length > 0);
    expect(play.bot.log.join("")).not.toMatch(/pull_request|payload/);
  });
});
