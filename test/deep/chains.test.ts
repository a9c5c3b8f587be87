import type { Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { countersign } from "../cli/countersign.ts";
import { type PullScene, setPullScene, signers } from "../cli/pull-scene.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const [first, second] = signers as [Wallet, Wallet];

let scene: PullScene;
let number: number;
let url: string;

beforeAll(async () => {
  scene = await setPullScene([10, 31337]);
  number = await scene.openPull("upgrade");
  url = scene.toUrl(number);
  await scene.review(number);
});
afterAll(() => scene.end());

const run = (args: readonly string[], env: Record<string, string> = {}) =>
  countersign(args, { env: { ...scene.env, ...env } });

describe("a pull request with proposals on two chains", () => {
  it("is signed by one line for each, in one review", async () => {
    const env = { COUNTERSIGN_KEY: first.privateKey, GITHUB_TOKEN: scene.stage.bob.token };
    const ran = await run(["sign", url], env);
    expect(ran).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^(\/countersign sign 0x[0-9a-f]{130}\n){2}$/),
    });
    const [one, other] = ran.stdout.split("\n");
    expect(one).not.toBe(other);
    const { data } = await scene.stage.bob.api.pulls.listReviews({ ...scene.stage.repo, pull_number: number });
    expect(data.map(({ body }) => body)).toEqual([`I approve this upgrade.\n\n${one}\n${other}`]);
    const { stdout } = await run(["status", url, "--json"]);
    expect(JSON.parse(stdout).proposals).toMatchObject([
      { chainId: 10, tallies: [{ signed: 1 }] },
      { chainId: 31337, tallies: [{ signed: 1 }] },
    ]);
  });

  it("is signed for the one chain that is named", async () => {
    const ran = await run(["sign", url, "--chain", "31337", "--json"], { COUNTERSIGN_KEY: second.privateKey });
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout).proposals).toMatchObject([{ chainId: 31337 }]);
  });

  it("is not signed in half where one chain is not known, unless the other is named", async () => {
    const only = ["--rpc", scene.anvil.rpc, "--registry", scene.registry.address];
    const refused = await run(["sign", url, ...only]);
    expect(refused).toMatchObject({
      exit: 2,
      stdout: "",
      stderr: expect.stringContaining("SETTING_INVALID: Chain 31337"),
    });
    expect(await run(["sign", url, ...only, "--chain", "10"])).toMatchObject({ exit: 0 });
  });
});
