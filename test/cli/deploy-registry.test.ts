import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbiCoder, Contract, encryptKeystoreJsonSync, type Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toRegistryAddress } from "../../src/flows/deploy-registry.ts";
import { deployerAddress } from "../../src/protocol/bytecode.ts";
import { type Address, toAddress, zeroAddress } from "../../src/protocol/hex.ts";
import { registryAbi } from "../../src/protocol/registry-abi.ts";
import { descriptorFile } from "../clear-signing/descriptor.ts";
import { blocksOf } from "../docs/pages.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { countersign } from "./countersign.ts";

const deployerCode =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

let one: Anvil;
let other: Anvil;
let scratch: string;

beforeAll(async () => {
  [one, other] = await Promise.all([startAnvil({ chainId: 10 }), startAnvil({ chainId: 8453 })]);
  scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
});
afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
  rmSync(scratch, { recursive: true });
});

const keyOf = ({ accounts: [{ privateKey }] }: Anvil) => ({ COUNTERSIGN_KEY: privateKey });
const countSent = ({ accounts: [wallet] }: Anvil) => wallet.getNonce();

async function deploy(anvil: Anvil, words: readonly string[] = [], env: Record<string, string> = keyOf(anvil)) {
  const ran = await countersign(["registry", "deploy", "--rpc", anvil.rpc, "--json", ...words], { env });
  return { ...ran, json: JSON.parse(ran.stdout) };
}

function curatorOf({ provider }: Anvil, registry: Address): Promise<string> {
  return new Contract(registry, registryAbi, provider).getFunction("curator")();
}

describe("one curator's registry", () => {
  const curator = toAddress(`0x${"c1".repeat(20)}`);
  const words = ["--curator", curator];

  it("stands at one address on every chain", async () => {
    const registry = toRegistryAddress(curator);
    for (const anvil of [one, other]) {
      const { exit, json } = await deploy(anvil, words);
      expect([exit, json]).toEqual([
        0,
        {
          registry,
          chainId: anvil.chainId,
          curator,
          deployed: true,
          stands: true,
          constructorArguments: AbiCoder.defaultAbiCoder().encode(["address"], [curator]),
        },
      ]);
      expect(await curatorOf(anvil, registry)).toBe(curator);
    }
  });

  it("is deployed once, whoever asks", async () => {
    const sent = await countSent(one);
    const again = await deploy(one, words, { COUNTERSIGN_KEY: one.accounts[1].privateKey });
    expect(again).toMatchObject({ exit: 0, json: { deployed: false, stands: true } });
    expect(again.stderr).toContain(`stands at ${toRegistryAddress(curator)} on chain 10 already`);
    expect([await countSent(one), await one.accounts[1].getNonce()]).toEqual([sent, 0]);
  });
});

describe("a registry without curator", () => {
  it("is shown before anything is sent, without a key", async () => {
    const args = ["registry", "deploy", "--rpc", one.rpc, "--dry-run"];
    const sent = await countSent(one);
    const shown = await countersign(args);
    expect(shown).toMatchObject({ exit: 0, stdout: `${toRegistryAddress()}\n` });
    expect(shown.stderr).toContain("without curator is not on chain 10 yet");
    expect(await deploy(one, ["--dry-run"], {})).toMatchObject({ json: { deployed: false, stands: false } });
    expect([await countSent(one), await one.provider.getCode(toRegistryAddress())]).toEqual([sent, "0x"]);
  });

  it("is what none, zero and nothing name", async () => {
    const named = await deploy(one, ["--curator", "none"]);
    expect(named).toMatchObject({ exit: 0, json: { registry: toRegistryAddress(), curator: null, deployed: true } });
    const zero = await deploy(one, ["--curator", zeroAddress]);
    expect(zero.json).toMatchObject({ registry: toRegistryAddress(), curator: null, deployed: false });
    expect((await deploy(one)).json).toEqual(zero.json);
    expect(await curatorOf(one, toRegistryAddress())).toBe(zeroAddress);
  });

  it("takes the key from a keystore, and the chain from the environment", async () => {
    const [file, password] = [join(scratch, "key.json"), join(scratch, "password")];
    writeFileSync(file, encryptKeystoreJsonSync(other.accounts[1] as Wallet, "a password", { scrypt: { N: 2 } }));
    writeFileSync(password, "a password\n");
    const registry = toRegistryAddress();
    const chains = [
      { chainId: 8453, rpc: other.rpc, registry },
      { chainId: 1, rpc: "http://127.0.0.1:1", registry },
    ];
    const env = { COUNTERSIGN_CHAINS: JSON.stringify(chains), COUNTERSIGN_KEY: "not looked at" };
    const args = ["registry", "deploy", "--keystore", file, "--password-file", password, "--json"];
    const ran = await countersign([...args, "--chain", "8453"], { env });
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ registry, curator: null, deployed: true });
    expect(await countersign(args, { env })).toMatchObject({ exit: 2 });
    writeFileSync(password, "another");
    const refused = await countersign([...args, "--chain", "8453"], { env });
    expect(refused).toMatchObject({ exit: 2, stdout: expect.stringContaining("they do not fit") });
  });
});

describe("the clear-signing file", () => {
  const read = (file: string | URL) => JSON.parse(readFileSync(file, "utf8"));
  const curator = toAddress(`0x${"c2".repeat(20)}`);

  it("is made from the one that ships, and gets each deployment once", async () => {
    const file = join(scratch, "eip712-acme.json");
    const words = ["--curator", curator, "--clear-signing", file];
    await deploy(one, [...words, "--dry-run"], {});
    expect(() => read(file)).toThrow("ENOENT");
    for (const anvil of [one, other, one]) expect(await deploy(anvil, words)).toMatchObject({ exit: 0 });
    const shipped = read(descriptorFile);
    const address = toRegistryAddress(curator);
    const added = [10, 8453].map((chainId) => ({ chainId, address }));
    shipped.context.eip712.deployments.push(...added);
    expect(readFileSync(file, "utf8")).toBe(`${JSON.stringify(shipped, null, 2)}\n`);
  });

  it.each(["", "[]", '{"context": {"contract": {"deployments": []}}}'])(
    "is refused before anything is sent where it is %j",
    async (text) => {
      const file = join(scratch, "other.json");
      writeFileSync(file, text);
      const sent = await countSent(one);
      const ran = await deploy(one, ["--curator", toAddress(`0x${"c3".repeat(20)}`), "--clear-signing", file]);
      expect(ran).toMatchObject({ exit: 2, json: { error: { code: "USAGE" } } });
      expect([await countSent(one), readFileSync(file, "utf8")]).toEqual([sent, text]);
    },
  );
});

describe("on a chain without the deterministic deployer", () => {
  it("is refused, and goes on once the guide's transaction has put it there", async () => {
    await using bare = await startAnvil({ chainId: 5, args: ["--disable-default-create2-deployer"] });
    for (const words of [[], ["--dry-run"]])
      expect(await deploy(bare, words)).toMatchObject({ exit: 1, json: { error: { code: "DEPLOYER_ABSENT" } } });
    expect(await countSent(bare)).toBe(0);

    const [guide = ""] = blocksOf("docs/guides/deploy-a-registry.md", "console").filter((block) =>
      block.includes("cast publish"),
    );
    const [, signer = "", ether = ""] = /cast send (0x\w{40}) --value ([\d.]+ether)/.exec(guide) ?? [];
    const [, signed = ""] = /cast publish (0x[0-9a-f]+)/.exec(guide) ?? [];
    expect(ether).toBe("0.01ether");
    await bare.provider.send("anvil_setBalance", [signer, `0x${(10n ** 16n).toString(16)}`]);
    const hash = await bare.provider.send("eth_sendRawTransaction", [signed]);
    await expect.poll(() => bare.provider.getTransactionReceipt(hash)).toMatchObject({ status: 1 });
    expect(await bare.provider.getCode(deployerAddress)).toBe(deployerCode);
    expect(await deploy(bare)).toMatchObject({ exit: 0, json: { registry: toRegistryAddress(), deployed: true } });
  });
});
