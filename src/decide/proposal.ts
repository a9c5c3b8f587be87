import type { ChainFacts, ChangeFacts, ContractFacts, Pull, PullFacts, RecordFacts } from "../facts.ts";
import { type Approval, type Domain, hashApproval, type Upgrade } from "../protocol/approval.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { isPlainPath, type Link, parseLink } from "../protocol/link.ts";
import { byAddress, type ContractRecord } from "../protocol/record.ts";
import type { Change, Proposal, Reason } from "../verdict.ts";
import { deadlineOf } from "./requests.ts";
import { adoptScheduled } from "./scheduled.ts";
import { planUpgrade } from "./upgrades/plan.ts";

type ReadChain = Extract<ChainFacts, { kind: "read" }>;

/** What the contracts of a pull request on one chain come to: something to sign, or every reason why not. */
export interface Derived {
  readonly changes: readonly Change[];
  readonly reasons: readonly Reason[];
  readonly proposal?: Proposal;
}

/**
 * Derives the message of one chain from the commits and the chain alone (protocol §5): bot, CLI and whoever doubts
 * them come to the same bytes. Upgrades stand in ascending order of contract address.
 */
export function deriveProposal(facts: PullFacts, chain: ReadChain): Derived {
  const contracts = contractsOn(facts, chain.domain.chainId);
  const parts = contracts.map((contract) => deriveUpgrade(contract, facts.pull));
  const changes = contracts.map(toChange);
  const reasons = parts.flatMap((part) => ("reasons" in part ? part.reasons : []));
  if (reasons.length > 0) return { changes, reasons };
  const upgrades = parts.flatMap((part) => ("upgrade" in part ? [part.upgrade] : []));
  const today = toProposal(chain.domain, { upgrades, deadline: deadlineOf(facts) });
  return { changes, reasons, proposal: adoptScheduled(today, contracts) };
}

export function contractsOn(facts: PullFacts, chainId: number): readonly ContractFacts[] {
  return facts.contracts
    .filter(({ contract }) => contract.chain === chainId)
    .toSorted((left, right) => byAddress(left.contract.address, right.contract.address));
}

function toProposal(domain: Domain, approval: Approval): Proposal {
  return { domain, approval, digest: hashApproval(domain, approval) };
}

function deriveUpgrade(facts: ContractFacts, pull: Pull): { upgrade: Upgrade } | { reasons: readonly Reason[] } {
  const { contract, source, build, onChain } = facts;
  const record = onChain?.record;
  if (!record) return { reasons: [{ code: "not-registered", contract: contract.address }] };
  const stops = [...findStops(facts, pull), ...findForeign(record, onChain, { pull, path: contract.path })];
  const plan = source.kind === "hashed" ? planUpgrade(contract, build, onChain) : [];
  if ("calls" in plan && stops.length === 0 && source.kind === "hashed") {
    const { hash } = source;
    const done = onChain.changes.at(-1);
    const link = done?.contractLink ?? source.link;
    const version = done?.version ?? record.version + 1;
    return { upgrade: { contractAddress: contract.address, version, contractHash: hash, contractLink: link, ...plan } };
  }
  return { reasons: "calls" in plan ? stops : [...stops, ...plan] };
}

/**
 * Until the merge the base must not have changed the directory, unless to what the head has (protocol §6). After it
 * the hash of what landed tells the same.
 */
function findStops({ contract: { path }, trees, source }: ContractFacts, pull: Pull): readonly Reason[] {
  if (trees.head === undefined) return [{ code: "directory-removed", path }];
  const isBaseMoved = trees.unclear === true || trees.mergeBase !== trees.base;
  const moved = pull.state === "open" && isBaseMoved && trees.base !== trees.head;
  return [
    ...(moved ? [{ code: "base-moved", path } as const] : []),
    ...(source.kind === "refused" ? [{ code: "source-refused", path, problems: source.problems } as const] : []),
  ];
}

/** A record belongs to the repository and path that its current link names (protocol §6). */
function findForeign(
  { contractAddress, contractLink }: ContractRecord,
  { isRenamed }: RecordFacts,
  { pull, path }: { readonly pull: Pull; readonly path: string },
): readonly Reason[] {
  const home = tryLink(contractLink);
  const isHere = home !== undefined && (isRenamed === true || isNamedSo(home, pull));
  if (isHere && home.path === path && isPlainPath(path)) return [];
  return [{ code: "foreign-record", contract: contractAddress, link: contractLink }];
}

function isNamedSo(home: Link, { origin, owner, repository }: Pull): boolean {
  return (
    home.origin === origin &&
    home.owner.toLowerCase() === owner.toLowerCase() &&
    home.repository.toLowerCase() === repository.toLowerCase()
  );
}

/** Fails closed: a link that cannot be read names no home. */
function tryLink(link: string): Link | undefined {
  try {
    return parseLink(link);
  } catch {
    return undefined;
  }
}

function toChange({ contract, source, files, build, previous, onChain }: ContractFacts): Change {
  const record = onChain?.record;
  return {
    contract: contract.address,
    kind: contract.kind,
    path: contract.path,
    ...(record && { before: toBefore(record, { previous, change: onChain.changes.at(-1) }) }),
    ...(source.kind === "hashed" && { after: { hash: source.hash, link: source.link, files: source.files } }),
    ...(files && { files }),
    ...(build.kind === "built" && {
      build: { contract: build.contract, compiler: build.compiler, buildHash: build.buildHash },
      implementation: { address: build.implementation, codeHash: build.codeHash },
    }),
  };
}

function toBefore(
  record: ContractRecord,
  { previous, change }: { previous: Bytes32 | undefined; change: ChangeFacts | undefined },
): NonNullable<Change["before"]> {
  return change
    ? { hash: previous, version: change.version - 1 }
    : { hash: record.contractHash, version: record.version };
}
