import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RpcProxy, startRpcProxy } from "../helpers/rpc-proxy.ts";
import { awaitVersion } from "../stage/chain.ts";
import { openApproved } from "../stage/crash.ts";
import { knock } from "../stage/door.ts";
import { awaitComment, say } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { repo } from "../stage/stage.ts";
import { until } from "../stage/wait.ts";

const rpcKey = "a-key-in-the-address-of-the-rpc";
const previous = "the webhook secret before this one";
let play: Play;
let proxy: RpcProxy;
let settings: Record<string, string>;

beforeAll(async () => {
  play = await openPlay({
    records: { paths: ["rules/a"], signers: 3, threshold: 2 },
    settings: async (stage, registry) => {
      proxy = await startRpcProxy(stage.anvil.rpc);
      const base = stage.toSettings(registry);
      const [chain] = JSON.parse(String(base.COUNTERSIGN_CHAINS));
      const chains = JSON.stringify([{ ...chain, rpc: `${proxy.rpc}/${rpcKey}` }]);
      const more = { COUNTERSIGN_CHAINS: chains, WEBHOOK_SECRET_PREVIOUS: previous, LOG_LEVEL: "trace" };
      settings = { ...base, ...more };
      return more;
    },
  });
}, 120_000);

afterAll(async () => {
  expect(await play?.end()).toEqual([]);
  await proxy?.stop();
});

/** What must never stand in a log: as it is, and as parts of it are told apart. */
function readSecrets(): string[] {
  const { PRIVATE_KEY = "", WEBHOOK_SECRET = "", COUNTERSIGN_RELAYER_KEY = "" } = settings;
  const lines = PRIVATE_KEY.split("\n").filter((line) => line.length > 40);
  const tokens = play.stage.github.requests.flatMap(({ authorization = "" }) => {
    const [, token = ""] = authorization.split(" ");
    return [token, Buffer.from(token, "base64").toString().split(":").at(-1) ?? ""];
  });
  const secrets = [...lines, WEBHOOK_SECRET, previous, COUNTERSIGN_RELAYER_KEY.slice(2), rpcKey, ...tokens];
  return [...new Set(secrets)].filter((secret) => secret.length > 12);
}

describe("the App's log, with every line of it on", () => {
  it("tells of a whole upgrade, and of everything that went wrong on its way", async () => {
    const { stage, bot } = play;
    const { faults } = stage.github;
    const project = projectAt(play, 0);
    proxy.intercept(async ({ id, method }, forward) =>
      method === "eth_call" ? { id, error: { code: -32_000, message: `no calls for ${rpcKey}` } } : forward(),
    );
    faults.add({ on: "apps/create-installation-access-token", status: 500, body: { message: "no" } });
    const opened = openApproved(play, project, "logged");
    await until("a failure", async () => bot.log.join("").includes("a job failed"));
    proxy.intercept((_, forward) => forward());
    const pull = await opened;
    faults.add({ on: "issues/list-comments", status: 401, body: { message: "Bad credentials" } });
    await say(stage.dev, pull.number, "/countersign status");
    expect(await knock(bot, { body: "{}", secret: "a wrong one" })).toBe(401);
    await stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
    await awaitComment(stage, pull.number, "Finalized on chain in transaction");
    await awaitVersion(project, 2);
  });

  it("has no secret and no token in it, and nothing of what people wrote", () => {
    const log = play.bot.log.join("");
    expect(log).toContain('"reviewed"');
    const secrets = readSecrets();
    // Keys, secrets, and a token for each job at least.
    expect(secrets.length).toBeGreaterThan(20);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
    expect(log).not.toMatch(/Upgrade logged|Read it\./);
  });
});
