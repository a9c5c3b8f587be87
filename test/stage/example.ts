import { readdir, readFile } from "node:fs/promises";
import proxyArtifact from "@openzeppelin/contracts/build/contracts/ERC1967Proxy.json" with { type: "json" };
import { ContractFactory, type ContractRunner, Interface } from "ethers";
import { createCompiler } from "../../src/clients/compiler.ts";
import type { BuildFacts } from "../../src/facts.ts";
import { observeBuild } from "../../src/observe/build.ts";
import type { UpgradeKind } from "../../src/policy.ts";
import { deployerAddress, toDeploymentData } from "../../src/protocol/bytecode.ts";
import { type Address, type Bytes32, type Hex, toAddress, zeroAddress } from "../../src/protocol/hex.ts";
import type { Anvil } from "../helpers/anvil.ts";

const examples = new URL("../../examples/", import.meta.url);

export const vaultInterface = new Interface([
  "function initialize(address initialOwner)",
  "function transferOwnership(address newOwner)",
  "function owner() view returns (address)",
  "function version() view returns (string)",
]);

/** The example's directory before and after its upgrade: file name → text. */
export async function readExample(
  kind: UpgradeKind,
): Promise<{ before: Record<string, string>; after: Record<string, string> }> {
  const folder = kind === "record" ? "uups" : kind;
  return { before: await readFolder(`${folder}/contracts/vault/`), after: await readFolder(`${folder}/v2/`) };
}

async function readFolder(path: string): Promise<Record<string, string>> {
  const folder = new URL(path, examples);
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), "utf8")])),
  );
}

/** Compiles a directory as the bot does, for a chain where nothing of it stands. */
export async function buildDirectory(
  path: string,
  hash: Bytes32,
  { files, anvil }: { files: Record<string, string>; anvil: Anvil },
): Promise<BuildFacts> {
  const sources = new Map(
    Object.entries(files).map(([name, text]) => [`${path}/${name}`, new TextEncoder().encode(text)]),
  );
  const contract = {
    address: zeroAddress,
    chain: anvil.chainId,
    path,
    kind: "uups",
    build: { settings: optimized },
  } as const;
  return observeBuild(
    { contract, hash, sources },
    {
      compiler: createCompiler(),
      readCode: async (address) => (await anvil.provider.getCode(address)) as Hex,
      probeCode: async (data) => (await anvil.provider.send("eth_call", [{ data }, "latest"])) as Hex,
    },
  );
}

const optimized = { optimizer: { enabled: true, runs: 200 } };

/** Deploys the implementation as anyone may, and a proxy in front of it that belongs to the owner. */
export async function deployVault(
  build: BuildFacts,
  hash: Bytes32,
  owner: Anvil["accounts"][number],
): Promise<Address> {
  if (build.kind !== "built") throw new Error(`the example does not build: ${JSON.stringify(build)}`);
  await settle(
    await owner.sendTransaction({ to: deployerAddress, data: toDeploymentData(hash, build.initcode) }),
    owner,
  );
  const factory = new ContractFactory(proxyArtifact.abi, proxyArtifact.bytecode, owner);
  const data = vaultInterface.encodeFunctionData("initialize", [owner.address]);
  const proxy = await factory.deploy(build.implementation, data);
  const transaction = proxy.deploymentTransaction();
  if (transaction) await settle(transaction, owner);
  return toAddress(await proxy.getAddress());
}

/** anvil mines at once, but `wait` can hang: receipts are polled. */
export async function settle({ hash }: { hash: string }, { provider }: ContractRunner) {
  for (;;) {
    const receipt = await provider?.getTransactionReceipt(hash);
    if (receipt?.status === 0) throw new Error(`transaction ${hash} reverted`);
    if (receipt) return receipt;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
