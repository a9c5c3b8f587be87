import { ContractFactory, HDNodeWallet } from "ethers";
import { openChain } from "../../src/clients/chain.ts";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { openRegistry, type Registry } from "../../src/clients/registry.ts";
import type { UpgradeKind } from "../../src/policy.ts";
import { type Address, type Bytes32, toAddress } from "../../src/protocol/hex.ts";
import { toLink } from "../../src/protocol/link.ts";
import { byAddress, type RecordDraft } from "../../src/protocol/record.ts";
import { registryAbi, registryBytecode } from "../../src/protocol/registry-abi.ts";
import { toRegisterData } from "../../src/protocol/registry-calls.ts";
import { buildDirectory, deployVault, readExample, settle, vaultInterface } from "./example.ts";
import { name, owner, type Stage } from "./stage.ts";

/** A registered contract: its directory is on the base branch, its record on chain, its configuration committed. */
export interface Project {
  readonly path: string;
  readonly kind: UpgradeKind;
  readonly contract: Address;
  readonly registry: Registry;
  /** Nine by default; their keys are here. */
  readonly signers: readonly HDNodeWallet[];
  readonly threshold: number;
  readonly before: Bytes32;
  end(): void;
}

export interface ProjectOptions {
  readonly kind?: UpgradeKind;
  /** What is upgraded: file name → text; the example of the kind by default. */
  readonly example?: Awaited<ReturnType<typeof readExample>>;
  readonly path?: string;
  readonly signers?: number;
  readonly threshold?: number;
  /** Files of the base branch; the example of the kind by default. */
  readonly files?: Readonly<Record<string, string>>;
  /** The commit of a repository that has its directory already: nothing is written then. */
  readonly commit?: string;
  /** More of `.github/countersign.yml`. */
  readonly policy?: string;
}

/** Signers of the stage: the same in every run. */
export function createSigners(count: number): HDNodeWallet[] {
  const parent = HDNodeWallet.fromPhrase("legal winner thank year wave sausage worth useful legal winner thank yellow");
  const wallets = Array.from({ length: count }, (_, index) => parent.deriveChild(index));
  return wallets.sort((left, right) => byAddress(toAddress(left.address), toAddress(right.address)));
}

export async function deployRegistry({ anvil }: Stage): Promise<Address> {
  const [deployer] = anvil.accounts;
  const factory = new ContractFactory(registryAbi, registryBytecode, deployer);
  const contract = await factory.deploy(deployer.address);
  const transaction = contract.deploymentTransaction();
  if (transaction) await settle(transaction, deployer);
  return toAddress(await contract.getAddress());
}

/** Puts the example on the base branch, deploys it, registers it with its signers and hands it over to its executor. */
export async function setUpProject(
  stage: Stage,
  registryAddress: Address,
  options: ProjectOptions = {},
): Promise<Project> {
  const { kind = "uups", path = "contracts/vault", threshold = 6 } = options;
  const { work, anvil, github } = stage;
  const signers = createSigners(options.signers ?? 9);
  const example = options.example ?? (await readExample(kind));
  const files = Object.fromEntries(Object.entries(example.before).map(([file, text]) => [`${path}/${file}`, text]));
  const commit =
    options.commit ?? (await work.commit({ "README.md": "# Vault\n", ...(options.files ?? files) }, "First version"));
  const hashed = await hashDirectory(await openLocalRepository(work.directory), { commit, path });
  const build = await buildDirectory("contracts/vault", hashed.hash, { files: example.before, anvil });
  const contract = await deployVault(build, hashed.hash, anvil.accounts[0]);
  const registry = openRegistry(openChain({ ...anvil, confirmations: 1, pollingInterval: 50 }), registryAddress);
  const draft: RecordDraft = {
    contractAddress: contract,
    contractHash: hashed.hash,
    contractLink: toLink({ origin: github.url, owner, repository: name, commit, path }),
    signers: signers.map(({ address }) => toAddress(address)),
    minSignatures: threshold,
  };
  await register(stage, registry, draft);
  const entry = `{address: '${contract}', chain: ${anvil.chainId}, path: ${JSON.stringify(path)}, kind: ${kind}}`;
  await work.commit(
    { ".github/countersign.yml": `contracts: [${entry}]\n${options.policy ?? ""}` },
    "Configure Countersign",
  );
  await work.git("push", "--quiet", "origin", "HEAD");
  return {
    path,
    kind,
    contract,
    registry,
    signers,
    threshold,
    before: hashed.hash,
    end: () => registry.chain.destroy(),
  };
}

async function register({ anvil }: Stage, registry: Registry, draft: RecordDraft): Promise<void> {
  const [deployer] = anvil.accounts;
  await settle(await deployer.sendTransaction({ to: registry.address, data: toRegisterData(draft) }), deployer);
  const executor = await registry.executorOf(draft);
  const data = vaultInterface.encodeFunctionData("transferOwnership", [executor]);
  await settle(await deployer.sendTransaction({ to: draft.contractAddress, data }), deployer);
}

export function signerAt({ signers }: Project, index: number): HDNodeWallet {
  const signer = signers[index];
  if (!signer) throw new Error(`no signer ${index}`);
  return signer;
}
