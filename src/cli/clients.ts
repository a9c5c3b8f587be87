import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import type { Wallet } from "ethers";
import { type Chain, openChain, readChainId } from "../clients/chain.ts";
import { createCompiler } from "../clients/compiler.ts";
import { openRemoteRepository, type RemoteRepository } from "../clients/git/remote-repository.ts";
import { openGithub } from "../clients/github.ts";
import { openRegistry, type Registry } from "../clients/registry.ts";
import { createRelayer, type Relayer } from "../clients/relayer.ts";
import { createMemoryTransactions } from "../clients/store/memory.ts";
import { failure } from "../errors.ts";
import type { PullRef } from "../facts.ts";
import type { OpenRemote } from "../flows/hash.ts";
import type { Sources } from "../observe/pull.ts";
import { toRepositoryUrl } from "../protocol/link.ts";
import type { ChainOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { type ChainChoice, type GithubSetting, readChainChoice, readChainChoices } from "./settings.ts";

/** Milliseconds that GitHub may take for one answer. */
const timeout = 30_000;

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
export function openSources(
  ref: PullRef,
  {
    github: setting,
    registries,
    session,
  }: { github: GithubSetting; registries: Map<number, Registry>; session: Session },
): Sources {
  const { host } = setting;
  const github = openGithub(openApi(setting), ref);
  const git = createOpenRemote(setting, session)(toRepositoryUrl({ ...ref, origin: host.origin }));
  return { github, git, registries, compiler: createCompiler(), app: undefined };
}

/** Repositories elsewhere, each in a directory that is gone at the end. The token is for the one host only. */
export function createOpenRemote({ host, token }: GithubSetting, session: Session): OpenRemote {
  return (url): RemoteRepository => {
    const { enterpriseOrigin } = host;
    const isHost = URL.parse(url)?.origin === host.origin;
    return openRemoteRepository({
      url,
      directory: join(session.createDirectory(), "repository.git"),
      ...(enterpriseOrigin !== undefined && { enterpriseOrigin }),
      ...(token !== undefined && isHost && { token }),
    });
  };
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

function openApi({ host, token }: GithubSetting): Octokit {
  const silent = () => undefined;
  return new Octokit({
    ...(token !== undefined && { auth: token }),
    baseUrl: host.api,
    userAgent: "countersign",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: {
      fetch: (url: string, init: RequestInit) => fetch(url, { ...init, signal: AbortSignal.timeout(timeout) }),
    },
  });
}
