import type { Compiler } from "../clients/compiler.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import { diffTrees } from "../clients/git/tree-diff.ts";
import type { GithubClient } from "../clients/github.ts";
import type { Head, Registry } from "../clients/registry.ts";
import type { Relayer } from "../clients/relayer.ts";
import type {
  AppIdentity,
  ChainFacts,
  ContractFacts,
  PolicyFacts,
  Post,
  PullFacts,
  PullRef,
  RecordFacts,
} from "../facts.ts";
import type { PolicyContract } from "../policy.ts";
import { observeBuild } from "./build.ts";
import { observeChain, observeRecord, orUnreachable } from "./chain.ts";
import { observeCommits, type PullCommits } from "./commits.ts";
import { type Conversation, observeConversation } from "./conversation.ts";
import { type Hashing, isTouched, observeDirectory, observeHash, observeTrees } from "./directory.ts";
import { listedBranches, observeElsewhere } from "./elsewhere.ts";
import { type IsFormerName, openFormerNames } from "./former-names.ts";
import { observeHeadPolicy, observePolicy } from "./policy.ts";
import { type PullReading, toPullReading } from "./reading.ts";
import { openScheduled, type ReadScheduled } from "./scheduled.ts";

/** Everything that a pull request is read from. */
export interface Sources {
  readonly github: GithubClient;
  readonly git: RemoteRepository;
  readonly hashing?: Hashing;
  /** By chain id. */
  readonly registries: ReadonlyMap<number, Registry>;
  readonly compiler: Compiler;
  readonly app: AppIdentity | undefined;
  /** Who pays for transactions, by chain id. */
  readonly relayers?: ReadonlyMap<number, Pick<Relayer, "addresses">>;
}

export interface PullObservation {
  readonly facts: PullFacts;
  /** Our own comment, as it stands. */
  readonly sticky: Conversation["sticky"];
}

/** A pull request and what was said on it: quickly read, before anything is fetched or built. */
export interface PullTalk {
  readonly reading: PullReading;
  readonly conversation: Conversation;
}

export async function observeTalk(ref: PullRef, sources: Pick<Sources, "github" | "app">): Promise<PullTalk> {
  const reading = toPullReading(await sources.github.readPull(ref.number), ref);
  return { reading, conversation: await observeConversation(reading, sources) };
}

/** Reads all that a decision about a pull request may know, at one moment (`now`: Unix time in seconds). */
export async function observePull(
  { reading: told, conversation }: PullTalk,
  sources: Sources,
  now: number,
): Promise<PullObservation> {
  const commits = await observeCommits(told, sources);
  const reading = { ...told, baseBranch: commits.baseBranch };
  const policy = await observePolicy(sources.git, commits.defaultTip);
  const headPolicy = await observeHeadPolicy(sources.git, { head: commits.head, obeyed: commits.defaultTip });
  // From the first word of a signer on, what is signed is hashed from the bytes (protocol §2); so is what is announced.
  const isPreview = reading.state === "open" && !conversation.posts.some(hasSpoken) && !isAnnouncedUnsigned(policy);
  const isFormerName = openFormerNames(reading, sources.github);
  const scope = { commits, policy, isFormerName, sources: isPreview ? sources : fromBytes(sources) };
  const { contracts, chains } = await observeContracts(reading, scope);
  const elsewhere = contracts.length > 0 ? [] : await observeElsewhere(reading, { policy, sources });
  const { sticky, posts, earlier, answered } = conversation;
  const { base, baseTip } = commits;
  const pull = { ...reading, base, baseTip };
  const domains = [...sources.registries.values()].map(({ domain }) => domain);
  return {
    facts: {
      pull,
      now,
      policy,
      headPolicy,
      contracts,
      chains,
      elsewhere,
      domains,
      posts,
      earlier,
      answered,
      refusals: [],
    },
    sticky,
  };
}

function hasSpoken({ commands }: Post): boolean {
  return commands.some(({ kind }) => kind === "sign" || kind === "reject");
}

function isAnnouncedUnsigned(policy: PolicyFacts): boolean {
  return policy.kind === "valid" && policy.policy.propose === "on open";
}

function fromBytes({ hashing, ...sources }: Sources): Sources {
  if (!hashing) return sources;
  const { remembered: _, ...rest } = hashing;
  return { ...sources, hashing: rest };
}

interface Scope {
  readonly commits: PullCommits;
  readonly policy: PolicyFacts;
  readonly isFormerName: IsFormerName;
  readonly sources: Sources;
}

async function observeContracts(pull: PullReading, scope: Scope): Promise<Pick<PullFacts, "contracts" | "chains">> {
  const touched = await findTouched(pull, scope);
  const ids = [...new Set(touched.map(({ contract }) => contract.chain))].toSorted((left, right) => left - right);
  const readings = await Promise.all(ids.map((chainId) => observeOnChain(chainId, touched, pull, scope)));
  return { chains: readings.map(({ chain }) => chain), contracts: readings.flatMap(({ contracts }) => contracts) };
}

type Touched = Pick<ContractFacts, "contract" | "trees" | "source" | "files" | "landed" | "tip"> & {
  readonly solidity: ReadonlyMap<string, Uint8Array>;
};

async function findTouched(pull: PullReading, { commits, policy, sources }: Scope): Promise<Touched[]> {
  if (policy.kind !== "valid" || !listedBranches(pull, policy.policy).includes(pull.baseBranch)) return [];
  const { contracts } = policy.policy;
  const trees = await observeTrees(
    sources.git,
    commits,
    contracts.map(({ path }) => path),
  );
  const touched: Touched[] = [];
  for (const [index, contract] of contracts.entries()) {
    const found = trees[index];
    if (!found || !isTouched(found)) continue;
    const content = await observeContent(pull, contract, { commits, sources });
    const { mergeBase: before, head: after } = found;
    const isHashed = content.source.kind === "hashed";
    const files = isHashed ? await diffTrees(sources.git, { before, after }) : undefined;
    touched.push({ contract, trees: found, files, ...content });
  }
  return touched;
}

async function observeContent(
  pull: PullReading,
  contract: PolicyContract,
  { commits, sources }: Pick<Scope, "commits" | "sources">,
) {
  const directory = await observeDirectory(pull, contract, sources);
  if (!commits.landed) return directory;
  const landed = await observeHash(sources, commits.landed, contract);
  return { ...directory, landed, tip: await observeHash(sources, commits.baseTip, contract) };
}

async function observeOnChain(chainId: number, touched: readonly Touched[], pull: PullReading, scope: Scope) {
  const mine = touched.filter(({ contract }) => contract.chain === chainId);
  const registry = scope.sources.registries.get(chainId);
  const relayer = scope.sources.relayers?.get(chainId);
  const chain = await observeChain(chainId, registry, relayer?.addresses);
  if (chain.kind !== "read" || !registry) return { chain, contracts: mine.map(toUnread) };
  const head = { number: chain.block, timestamp: chain.time };
  const readScheduled = openScheduled({ registry, head, since: pull.createdAt });
  const contracts = await orUnreachable(chainId, () =>
    Promise.all(mine.map((one) => observeContract(one, { registry, head, pull, scope, readScheduled }))),
  );
  return "kind" in contracts ? { chain: contracts as ChainFacts, contracts: mine.map(toUnread) } : { chain, contracts };
}

interface ContractContext {
  readonly registry: Registry;
  readonly head: Head;
  readonly pull: PullReading;
  readonly scope: Scope;
  readonly readScheduled: ReadScheduled;
}

async function observeContract(reading: Touched, context: ContractContext): Promise<ContractFacts> {
  const { registry, head, pull, scope, readScheduled } = context;
  const found = await observeRecord(reading.contract, {
    ...{ registry, head, pull },
    source: reading.source,
    isFormerName: scope.isFormerName,
    readScheduled,
  });
  // Anybody may have finalized it: what the record holds already is hashed from the bytes too.
  const isHeld = reading.source.kind === "hashed" && found.record?.contractHash === reading.source.hash;
  if (isHeld && scope.sources.hashing?.remembered) {
    const sources = fromBytes(scope.sources);
    const again = await observeDirectory(pull, reading.contract, sources);
    return observeContract({ ...reading, ...again }, { ...context, scope: { ...scope, sources } });
  }
  const { solidity, ...touched } = reading;
  const { contract, source } = touched;
  const onChain = found;
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

async function observePrevious({ changes }: RecordFacts, contract: PolicyContract, { commits, sources }: Scope) {
  const [mergeBase] = commits.mergeBases.commits;
  return changes.length === 0 || mergeBase === undefined ? undefined : observeHash(sources, mergeBase, contract);
}

function toUnread({ solidity: _, ...touched }: Touched): ContractFacts {
  return { ...touched, build: { kind: "none" }, onChain: undefined };
}
