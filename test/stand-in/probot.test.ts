import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createNodeMiddleware, Probot } from "probot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Scene, setScene } from "./scene.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await setScene();
});

afterAll(async () => {
  expect(scene.github.violations).toEqual([]);
  await scene.end();
});

/** A bot that greens whatever is opened. */
async function startBot() {
  const { github, privateKey } = scene;
  const probot = new Probot({ appId: 7, privateKey, secret: "s3cret", baseUrl: github.apiUrl, logLevel: "fatal" });
  const app = (robot: Probot) => {
    robot.on("pull_request.opened", async (context) => {
      const { sha } = context.payload.pull_request.head;
      await context.octokit.rest.checks.create(
        context.repo({ name: "countersign", head_sha: sha, conclusion: "success" }),
      );
    });
  };
  const server = createServer(await createNodeMiddleware(app, { probot, webhooksPath: "/hook" }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

describe("when Probot is pointed at it as at an Enterprise Server", () => {
  it("hears of a pull request and answers with a check run", async () => {
    const { app, work, alice, github, repo } = scene;
    const bot = await startBot();
    app.webhook = { url: bot.url, secret: "s3cret" };
    await work.git("checkout", "--quiet", "-b", "upgrade");
    const head = await work.commit({ "contracts/Vault.sol": "contract Vault { }\n" }, "Change");
    await work.git("push", "--quiet", "origin", "upgrade");
    await alice.api.pulls.create({ ...repo, title: "Upgrade", head: "upgrade", base: "main" });
    await github.idle();
    expect(github.webhooks.log.at(-1)?.status).toBe(200);
    const { data } = await alice.api.checks.listForRef({ ...repo, ref: head });
    expect(data.check_runs.map(({ name, conclusion, app: by }) => [name, conclusion, by?.slug])).toEqual([
      ["countersign", "success", "countersign"],
    ]);
    bot.server.close();
  });
});
