import type { Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countersign } from "../cli/countersign.ts";
import { type PullScene, setPullScene, signers } from "../cli/pull-scene.ts";

const [first] = signers as [Wallet];
const key = (wallet: Wallet) => ({ COUNTERSIGN_KEY: wallet.privateKey });

let scene: PullScene;

beforeAll(async () => {
  scene = await setPullScene();
});
afterAll(async () => {
  expect(scene.stage.github.violations).toEqual([]);
  await scene.end();
});

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  countersign(args, { env: { ...scene.env, ...env } });

async function readJson(args: readonly string[], env?: Record<string, string>) {
  const { exit, stdout, stderr } = await run([...args, "--json"], env);
  return { exit, json: JSON.parse(stdout), stderr };
}

describe("what the command line cannot find out about a pull request", () => {
  let url: string;
  beforeAll(async () => {
    url = scene.toUrl(await scene.openPull("unknown"));
  });
  const chains = (change: object) => ({
    COUNTERSIGN_CHAINS: JSON.stringify([
      { chainId: 31337, rpc: "http://127.0.0.1:1", registry: scene.contract, ...change },
    ]),
  });

  const cases: [string, () => Record<string, string>, [number, number], string][] = [
    ["a chain that does not answer", () => chains({}), [3, 3], "CHAIN_UNREACHABLE"],
    ["a chain that no setting names", () => chains({ chainId: 5 }), [3, 2], "SETTING_INVALID"],
    ["an RPC of another chain", () => chains({ chainId: 5, rpc: scene.anvil.rpc }), [3, 2], "SETTING_INVALID"],
    ["a host that does not answer", () => ({ GHE_HOST: "127.0.0.1:1" }), [3, 3], "GITHUB_UNREACHABLE"],
    ["a token that is worth nothing", () => ({ GITHUB_TOKEN: "ghp_nothing" }), [3, 3], "GITHUB_REFUSED"],
  ];
  it.each(cases)("%s", async (_, toEnv, [status, sign], code) => {
    const env = toEnv();
    const at = env.GHE_HOST ? url.replace(scene.env.GHE_HOST ?? "", env.GHE_HOST) : url;
    expect(await run(["status", at], env)).toMatchObject({ exit: status });
    const ran = await readJson(["sign", at], { ...env, ...key(first) });
    expect(ran).toMatchObject({ exit: sign, json: { error: { code } } });
    expect(JSON.stringify(ran)).not.toContain("ghp_nothing");
  });

  const usage: [string, () => string[], Record<string, string>, number, string][] = [
    ["no pull request", () => ["status", `${url}9`], {}, 3, "GITHUB_REFUSED"],
    ["another host", () => ["sign", "https://github.com/acme/vault/pull/1"], {}, 2, "USAGE"],
    ["no address of a pull request", () => ["sign", url.replace("pull", "issues")], {}, 2, "USAGE"],
    ["an owner that cannot be", () => ["status", url.replace("acme", "-acme")], {}, 2, "USAGE"],
    ["--post without a token", () => ["sign", url, "--post"], {}, 2, "SETTING_INVALID"],
    ["a chain that the pull request is not about", () => ["sign", url, "--chain", "5"], {}, 1, "PROPOSAL_NOT_READY"],
    ["a chain that is none", () => ["sign", url, "--chain", "main"], {}, 2, "USAGE"],
    ["a host that is none", () => ["sign", url], { GHE_HOST: "a b" }, 2, "SETTING_INVALID"],
  ];
  it.each(usage)("%s", async (_, toArgs, env, exit, code) => {
    expect(await readJson(toArgs(), env)).toMatchObject({ exit, json: { error: { code } } });
  });
});
