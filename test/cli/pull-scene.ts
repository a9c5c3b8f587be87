import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Wallet } from "ethers";
import { createCompiler } from "../../src/clients/compiler.ts";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { openRemoteRepository } from "../../src/clients/git/remote-repository.ts";
import { openGithub } from "../../src/clients/github.ts";
import type { Registry } from "../../src/clients/registry.ts";
import { reviewPull } from "../../src/flows/review.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";
import { toLink } from "../../src/protocol/link.ts";
import { byAddress } from "../../src/protocol/record.ts";
import { toRegisterData } from "../../src/protocol/registry-calls.ts";
import { type Anvil, startAnvil } from "../helpers/anvil.ts";
import { deployIdle, deployRegistry, sendMined } from "../helpers/registry.ts";
import { type Scene, setScene } from "../stand-in/scene.ts";

export const signers = ["01", "02", "03"].map((byte) => new Wallet(`0x${byte.repeat(32)}`));

const example = new URL("../../examples/uups/", import.meta.url);

interface OnChain {
  readonly anvil: Anvil;
  readonly registry: Registry;
  readonly contract: Address;
}

/** A vault that is registered and kept in `acme/vault`, and the bot, which looks when it is told to. */
export interface PullScene extends OnChain {
  readonly stage: Scene;
  /** What the command line is pointed by at this GitHub and this chain. */
  readonly env: Record<string, string>;
  readonly before: string;
  /** Opens a pull request and answers its number: with the second version of the vault, or these files. */
  openPull(branch: string, files?: Record<string, string>): Promise<number>;
  toUrl(number: number): string;
  /** The bot looks at the pull request and writes its comment and check. */
  review(number: number): Promise<void>;
  end(): Promise<void>;
}

export async function setPullScene(chainIds: readonly number[] = [31337]): Promise<PullScene> {
  const stage = await setScene();
  const { github, work, alice, repo } = stage;
  const chains = await Promise.all(chainIds.map(openOn));
  const [{ anvil, registry, contract }] = chains as [OnChain];
  cpSync(new URL("contracts/vault", example), join(work.directory, "contracts/vault"), { recursive: true });
  const entries = chains.map(({ registry: { domain }, contract: address }) => {
    return `{address: '${address}', chain: ${domain.chainId}, path: contracts/vault, kind: uups}`;
  });
  const policy = `contracts: [${entries.join(", ")}]\n`;
  const commit = await work.commit({ ".github/countersign.yml": policy }, "Register the vault");
  await work.git("push", "--quiet", "origin", "main");
  const before = await register();

  async function register(): Promise<string> {
    const path = "contracts/vault";
    const { hash } = await hashDirectory(await openLocalRepository(work.directory), { commit, path });
    const draft = {
      contractHash: hash,
      contractLink: toLink({ origin: github.url, owner: "acme", repository: "vault", commit, path }),
      signers: signers.map(({ address }) => toAddress(address)).sort(byAddress),
      minSignatures: 2,
    };
    for (const one of chains) {
      const data = toRegisterData({ ...draft, contractAddress: one.contract });
      await sendMined(one.anvil.accounts[0], { to: one.registry.address, data });
    }
    return hash;
  }

  const ref = { owner: "acme", repository: "vault" };
  const bot = {
    github: openGithub(stage.bot, ref),
    git: openRemoteRepository({
      url: `${github.url}/acme/vault`,
      directory: join(stage.directory, "bot.git"),
      enterpriseOrigin: github.url,
    }),
    registries: new Map(chains.map((one) => [one.anvil.chainId, one.registry])),
    compiler: createCompiler(),
    app: { id: 7, slug: "countersign" },
    relayers: new Map(),
    toTransactionUrl: () => undefined,
  };

  return {
    ...{ anvil, registry, stage, contract, before },
    env: {
      GHE_HOST: github.host,
      GHE_PROTOCOL: "http",
      COUNTERSIGN_CHAINS: JSON.stringify(
        chains.map((one) => ({ chainId: one.anvil.chainId, rpc: one.anvil.rpc, registry: one.registry.address })),
      ),
    },
    async openPull(branch, files) {
      await work.git("checkout", "--quiet", "-B", branch, "main");
      const second = { "contracts/vault/Vault.sol": readFileSync(new URL("v2/Vault.sol", example), "utf8") };
      await work.commit(files ?? { ...second, "contracts/vault/branch.txt": branch }, `Change ${branch}`);
      await work.git("push", "--quiet", "origin", branch);
      const { data } = await alice.api.pulls.create({ ...repo, title: "Upgrade", head: branch, base: "main" });
      return data.number;
    },
    toUrl: (number) => `${github.url}/acme/vault/pull/${number}`,
    review: async (number) => void (await reviewPull({ ...ref, number }, bot, Math.floor(Date.now() / 1000))),
    async end() {
      await github.idle();
      await stage.end();
      for (const one of chains) {
        one.registry.chain.destroy();
        await one.anvil.stop();
      }
    },
  };
}

async function openOn(chainId: number): Promise<OnChain> {
  const anvil = await startAnvil({ chainId });
  return { anvil, registry: await deployRegistry(anvil), contract: await deployIdle(anvil) };
}
