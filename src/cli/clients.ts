import type { Wallet } from "ethers";
import { type Chain, openChain, readChainId } from "../clients/chain.ts";
import { createCompiler } from "../clients/compiler.ts";
import { openGithub } from "../clients/github.ts";
import { openRegistry, type Registry } from "../clients/registry.ts";
import { createRelayer, type Relayer } from "../clients/relayer.ts";
import { createMemoryTransactions } from "../clients/store/memory.ts";
import { failure } from "../errors.ts";
import type { PullRef } from "../facts.ts";
import type { Sources } from "../observe/pull.ts";
import { toRepositoryUrl } from "../protocol/link.ts";
import { openApi } from "./api.ts";
import { openHashing } from "./hashing.ts";
import type { ChainOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { type ChainChoice, type GithubSetting, readChainChoice, readChainChoices } from "./settings.ts";

/** The one chain that a command is about. */
export async function openChosenChain(options: ChainOptions, session: Session): Promise<Chain> {
  return connect(readChainChoice(options, session.environment), session);
}

/** The registry on the one chain that a command is about. */
export async function openChosenRegistry(options: ChainOptions, session: Session): Promise<Registry> {
  return openRegistryOf(readChainChoice(options, session.environment), session);
}

/** The registries of all chains that are known, by chain id. */
export async function openRegistries(options: ChainOptions, session: Session): Promise<Map<number, Registry>> {
  const choices = readChainChoices(options, session.environment);
  const registries = await Promise.all(choices.map((choice) => openRegistryOf(choice, session)));
  return new Map(registries.map((registry) => [registry.domain.chainId, registry]));
}

/** Everything that a pull request is read from, by a person: without an App. */
export async function openSources(
  ref: PullRef,
  {
    github: setting,
    registries,
    session,
  }: { github: GithubSetting; registries: Map<number, Registry>; session: Session },
): Promise<Sources> {
  const github = openGithub(openApi(setting), ref);
  const { repositories, limits } = await openHashing({}, session);
  const git = repositories.openRemote(toRepositoryUrl({ ...ref, origin: setting.host.origin }));
  const hashing = { limits, openSubmodule: repositories.openSubmodule };
  return { github, git, hashing, registries, compiler: createCompiler(), app: undefined };
}

export function openRelayer(chain: Chain, wallet: Wallet): Relayer {
  return createRelayer({ chain, wallet, store: { transactions: createMemoryTransactions() } });
}

async function openRegistryOf(choice: ChainChoice, session: Session): Promise<Registry> {
  if (choice.registry === undefined) throw failure("USAGE", "--registry: expected an address with --rpc, found none");
  return openRegistry(await connect(choice, session), choice.registry);
}

async function connect(choice: ChainChoice, session: Session): Promise<Chain> {
  const { rpc, confirmations } = choice;
  const chainId = choice.chainId ?? (await readChainId(rpc));
  const chain = openChain({ chainId, rpc, confirmations });
  session.closeLater(() => chain.destroy());
  return chain;
}
