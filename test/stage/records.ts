import { openChain } from "../../src/clients/chain.ts";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { openRegistry } from "../../src/clients/registry.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { toLink } from "../../src/protocol/link.ts";
import { toRegisterData } from "../../src/protocol/registry-calls.ts";
import { deployIdle } from "../helpers/registry.ts";
import { settle } from "./example.ts";
import { createSigners, type Project } from "./project.ts";
import { name, owner, type Stage } from "./stage.ts";

export interface RecordsOptions {
  readonly paths: readonly string[];
  /** 3 signers, of whom 2 must sign. */
  readonly signers?: number;
  readonly threshold?: number;
  /** How many signers of the stage are passed over: records with other signers. */
  readonly after?: number;
}

/** Directories of text, each the record of an idle contract: no code moves, and nothing is compiled. */
export async function setUpRecords(
  stage: Stage,
  registryAddress: Address,
  { paths, signers: count = 3, threshold = 2, after = 0 }: RecordsOptions,
): Promise<Project[]> {
  const { work, anvil, github } = stage;
  const signers = createSigners(after + count).slice(after);
  const registry = openRegistry(openChain({ ...anvil, confirmations: 1, pollingInterval: 50 }), registryAddress);
  const files = Object.fromEntries(paths.map((path) => [`${path}/Rules.txt`, `The rules of ${path}\n`]));
  const commit = await work.commit({ "README.md": "# Rules\n", ...files }, "First rules");
  const repository = await openLocalRepository(work.directory);
  const [curator] = anvil.accounts;
  const projects: Project[] = [];
  for (const path of paths) {
    const { hash } = await hashDirectory(repository, { commit, path });
    const contract = await deployIdle(anvil);
    const data = toRegisterData({
      contractAddress: contract,
      contractHash: hash,
      contractLink: toLink({ origin: github.url, owner, repository: name, commit, path }),
      signers: signers.map(({ address }) => toAddress(address)),
      minSignatures: threshold,
    });
    await settle(await curator.sendTransaction({ to: registry.address, data }), curator);
    const end = () => registry.chain.destroy();
    projects.push({ path, kind: "record", contract, registry, signers, threshold, before: hash, end });
  }
  return projects;
}

/** Commits the configuration that names these contracts to the base branch, and pushes it. */
export async function configure({ work }: Stage, projects: readonly Project[], policy = ""): Promise<void> {
  const entries = projects.map(
    ({ contract, path, kind, registry }) =>
      `  - {address: '${contract}', chain: ${registry.chain.chainId}, path: ${path}, kind: ${kind}}\n`,
  );
  await work.commit({ ".github/countersign.yml": `contracts:\n${entries.join("")}${policy}` }, "Configure Countersign");
  await work.git("push", "--quiet", "origin", "HEAD");
}
