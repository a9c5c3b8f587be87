import type { Compiler } from "../clients/compiler.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import type { GithubClient } from "../clients/github.ts";
import type { Head, Registry } from "../clients/registry.ts";
import type { AppIdentity, ChainFacts, ContractFacts, PolicyFacts, PullFacts, PullRef, RecordFacts } from "../facts.ts";
import type { PolicyContract } from "../policy.ts";
import { observeBuild } from "./build.ts";
import { observeChain, observeRecord, orUnreachable } from "./chain.ts";
import { observeCommits, type PullCommits } from "./commits.ts";
import { type Conversation, observeConversation } from "./conversation.ts";
import { isTouched, observeDirectory, observeHash, observeTrees } from "./directory.ts";
import { observeHeadPolicy, observePolicy } from "./policy.ts";
import { type PullReading, toPullReading } from "./reading.ts";

/** Everything that a pull request is read from. */
export interface Sources {
  readonly github: GithubClient;
  readonly git: RemoteRepository;
  /** By chain id. */
  readonly registries: ReadonlyMap<number, Registry>;
  readonly compiler: Compiler;
  readonly app: AppIdentity | undefined;
}

export interface PullObservation {
  readonly facts: PullFacts;
  /** Our own comment, as it stands. */
  readonly sticky: Conversation["sticky"];
}

/** Reads all that a decision about a pull request may know, at one moment (`now`: Unix time in seconds). */
export async function observePull(ref: PullRef, sources: Sources, now: number): Promise<PullObservation> {
  const reading = toPullReading(await sources.github.readPull(ref.number), ref);
  const [commits, conversation] = await Promise.all([
    observeCommits(reading, sources),
    observeConversation(reading, sources),
  ]);
  const policy = await observePolicy(sources.git, commits.defaultTip);
  const headPolicy = await observeHeadPolicy(sources.git, { head: commits.head, obeyed: commits.defaultTip });
  const { contracts, chains } = await observeContracts(reading, { commits, policy, sources });
  const { sticky, posts, earlier, answered } = conversation;
  const { base, baseTip } = commits;
  const pull = { ...reading, base, baseTip };
  const domains = [...sources.registries.values()].map(({ domain }) => domain);
  return {
    facts: { pull, now, policy, headPolicy, contracts, chains, domains, posts, earlier, answered, refusals: [] },
    sticky,
  };
}

interface Scope {
  readonly commits: PullCommits;
  readonly policy: PolicyFacts;
  readonly sources: Sources;
}

async function observeContracts(pull: PullReading, scope: Scope): Promise<Pick<PullFacts, "contracts" | "chains">> {
  const touched = await findTouched(pull, scope);
  const ids = [...new Set(touched.map(({ contract }) => contract.chain))].toSorted((left, right) => left - right);
  const readings = await Promise.all(ids.map((chainId) => observeOnChain(chainId, touched, pull, scope)));
  return { chains: readings.map(({ chain }) => chain), contracts: readings.flatMap(({ contracts }) => contracts) };
}

type Touched = Pick<ContractFacts, "contract" | "trees" | "source" | "landed" | "tip"> & {
  readonly solidity: ReadonlyMap<string, string>;
};

async function findTouched(pull: PullReading, { commits, policy, sources }: Scope): Promise<Touched[]> {
  if (policy.kind !== "valid") return [];
  const { contracts, branches = [pull.defaultBranch] } = policy.policy;
  if (!branches.includes(pull.baseBranch)) return [];
  const touched: Touched[] = [];
  for (const contract of contracts) {
    const trees = await observeTrees(sources.git, commits, contract.path);
    if (isTouched(trees))
      touched.push({ contract, trees, ...(await observeContent(pull, contract, { commits, sources })) });
  }
  return touched;
}

async function observeContent(
  pull: PullReading,
  { path }: PolicyContract,
  { commits, sources }: Pick<Scope, "commits" | "sources">,
) {
  const directory = await observeDirectory(pull, path, sources);
  if (!commits.landed) return directory;
  const landed = await observeHash(sources.git, commits.landed, path);
  return { ...directory, landed, tip: await observeHash(sources.git, commits.baseTip, path) };
}

async function observeOnChain(chainId: number, touched: readonly Touched[], pull: PullReading, scope: Scope) {
  const mine = touched.filter(({ contract }) => contract.chain === chainId);
  const registry = scope.sources.registries.get(chainId);
  const chain = await observeChain(chainId, registry);
  if (chain.kind !== "read" || !registry) return { chain, contracts: mine.map(toUnread) };
  const head = { number: chain.block, timestamp: chain.time };
  const contracts = await orUnreachable(chainId, () =>
    Promise.all(mine.map((one) => observeContract(one, { registry, head, pull, scope }))),
  );
  return "kind" in contracts ? { chain: contracts as ChainFacts, contracts: mine.map(toUnread) } : { chain, contracts };
}

interface ContractContext {
  readonly registry: Registry;
  readonly head: Head;
  readonly pull: PullReading;
  readonly scope: Scope;
}

async function observeContract({ solidity, ...touched }: Touched, context: ContractContext): Promise<ContractFacts> {
  const { registry, head, pull, scope } = context;
  const { contract, source } = touched;
  const onChain = await observeRecord(contract, { registry, head, source, pull });
  if (source.kind !== "hashed") return { ...touched, build: { kind: "none" }, onChain };
  const build = await observeBuild(
    { contract, hash: source.hash, sources: solidity },
    {
      compiler: scope.sources.compiler,
      readCode: (account) => registry.readCode(account, head.number),
      probeCode: (initcode) => registry.probeCode(initcode, head.number),
    },
  );
  return { ...touched, build, onChain, previous: await observePrevious(onChain, contract, scope) };
}

async function observePrevious({ changes }: RecordFacts, { path }: PolicyContract, { commits, sources }: Scope) {
  if (changes.length === 0 || commits.mergeBase === undefined) return undefined;
  return observeHash(sources.git, commits.mergeBase, path);
}

function toUnread({ solidity: _, ...touched }: Touched): ContractFacts {
  return { ...touched, build: { kind: "none" }, onChain: undefined };
}
