import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encryptKeystoreJsonSync, type Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { deployIdle } from "../helpers/registry.ts";
import { countersign, findExamples } from "./countersign.ts";
import { type PullScene, setPullScene, signers } from "./pull-scene.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const commands = ["hash", "registry deploy", "register", "record", "sign", "status", "verify"];

let scene: PullScene;
let url: string;

beforeAll(async () => {
  scene = await setPullScene();
  url = scene.toUrl(await scene.openPull("upgrade"));
});
afterAll(() => scene.end());

/** The example with what is there in place of its names, and the password that a person would be asked for. */
async function toRunnable(example: string): Promise<string[]> {
  const { stage, anvil, contract, registry } = scene;
  const commit = await stage.work.git("rev-parse", "main");
  const named: [string, string][] = [
    ["0123456789abcdef0123456789abcdef01234567", commit],
    ["89abcdef0123456789abcdef0123456789abcdef", commit],
    ["https://github.com/acme/vault/pull/7", url],
    ["https://github.com/acme/vault", `${stage.github.url}/acme/vault`],
    ["https://rpc.example", anvil.rpc],
    ["0x5FbDB2315678afecb367f032d93F642f64180aa3", contract],
    ["0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512", registry.address],
    ["key.json", "key.json --password-file password"],
  ];
  // In one go: what is put in can look like a name itself.
  const names = new RegExp(named.map(([name]) => name.replaceAll(".", "\\.")).join("|"), "g");
  return example.replace(names, (name) => new Map(named).get(name) ?? name).split(" ");
}

async function writeFiles(command: string): Promise<void> {
  const { stage, anvil } = scene;
  const at = (name: string) => join(stage.work.directory, name);
  const wallet = command === "sign" ? (signers[0] as Wallet) : anvil.accounts[0];
  writeFileSync(at("key.json"), encryptKeystoreJsonSync(wallet, "password", { scrypt: { N: 2 } }));
  writeFileSync(at("password"), "password");
  const { stdout } = await countersign(["record", scene.contract], { env: scene.env });
  writeFileSync(at("record.json"), stdout.replace(scene.contract, await deployIdle(anvil)));
}

describe.each(commands)("countersign %s", (command) => {
  const words = command.split(" ");

  it("has --json, and examples that work", async () => {
    const { stdout } = await countersign([...words, "--help"]);
    expect(stdout).toContain("--json");
    const examples = findExamples(stdout);
    expect(examples.length).toBeGreaterThan(0);
    await writeFiles(command);
    for (const example of examples) {
      const args = await toRunnable(example);
      expect(args.slice(0, words.length)).toEqual(words);
      const { COUNTERSIGN_CHAINS: chains = "", ...host } = scene.env;
      const env = args.includes("--rpc") ? host : { ...host, COUNTERSIGN_CHAINS: chains };
      const ran = await countersign(args, { env, cwd: scene.stage.work.directory });
      // Nobody has signed, which `status` says by 1.
      expect(ran, example).toMatchObject({ exit: command === "status" ? 1 : 0 });
      expect(ran.stdout.length, example).toBeGreaterThan(0);
    }
  });
});

describe("countersign alone", () => {
  it("names its commands and its exit codes", async () => {
    const ran = await countersign(["--help"]);
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
    for (const name of commands) expect(ran.stdout).toMatch(new RegExp(`^ {2}${name.split(" ")[0]} `, "m"));
    expect(ran.stdout).toContain("0 yes, 1 refused or different, 2 wrong use or settings, 3 could not be found out");
    expect(await countersign(["--version"])).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  const wrong: [string, string[], string][] = [
    ["nothing", [], "expected a command, found none"],
    ["an unknown command", ["constructor"], "unknown command 'constructor'"],
    ["half a command", ["registry"], "expected a command, found none"],
    ["a missing argument", ["verify"], "missing required argument 'address'"],
    ["an argument too many", ["record", "0x", "0x"], "too many arguments"],
    ["an unknown option", ["verify", "0x", "--\u001b[31m"], "unknown option"],
  ];
  it.each(wrong)("refuses %s", async (_, args, words) => {
    const ran = await countersign(args);
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain(`USAGE: ${words}`);
    expect(ran.stderr).not.toContain("\u001b");
  });

  it("tells what is wrong as JSON too", async () => {
    const { stdout } = await countersign(["verify", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "USAGE", hint: expect.any(String) } });
  });
});
