import { HDNodeWallet } from "ethers";
import type { ContractFacts, Post, PullFacts, Rules } from "../../src/facts.ts";
import { hashApproval, hashRejection } from "../../src/protocol/approval.ts";
import type { Command } from "../../src/protocol/command.ts";
import { type Address, type Bytes32, type Hex, toAddress } from "../../src/protocol/hex.ts";
import { byAddress } from "../../src/protocol/record.ts";
import type { Proposal } from "../../src/verdict.ts";

const parent = HDNodeWallet.fromPhrase("legal winner thank year wave sausage worth useful legal winner thank yellow");

/** Nine signers, in the registry's order. */
export const wallets = Array.from({ length: 9 }, (_, index) => parent.deriveChild(index)).sort((left, right) =>
  byAddress(toAddress(left.address), toAddress(right.address)),
);
export const stranger = parent.deriveChild(100);

export const contract: Address = toAddress("0x00000000000000000000000000000000000000c0");
export const registry: Address = toAddress("0x00000000000000000000000000000000000000e0");
export const domain = { chainId: 31_337, registry };
export const now = 1_800_000_000;
export const relayer: Address = toAddress("0x00000000000000000000000000000000000000f0");
const sha = (digit: string) => digit.repeat(40);
const hash = (digit: string): Bytes32 => `0x${digit.repeat(64)}`;

export const head = sha("a");
export const before = hash("1");
export const after = hash("2");
const origin = "https://github.com";
const linkAt = (commit: string) => `${origin}/acme/vault/tree/${commit}/contracts/vault`;

export const noRules: Rules = {
  authority: undefined,
  guardian: undefined,
  gate: undefined,
  delay: 0,
  commitReveal: false,
  isAccepted: false,
};

export const baseContract: ContractFacts = {
  contract: { address: contract, chain: 31_337, path: "contracts/vault", kind: "record", build: { settings: {} } },
  trees: { mergeBase: sha("b"), base: sha("b"), head: sha("c") },
  source: { kind: "hashed", hash: after, link: linkAt(head), files: 2 },
  build: { kind: "none" },
  onChain: {
    record: {
      contractAddress: contract,
      contractHash: before,
      contractLink: linkAt(sha("9")),
      signers: wallets.map(({ address }) => toAddress(address)),
      contractSigners: [],
      minSignatures: 6,
      version: 1,
    },
    executor: toAddress("0x00000000000000000000000000000000000000ee"),
    changes: [],
    rules: noRules,
    pausedUntil: 0,
  },
};

/** A pull request that changes one registered directory, nobody having said anything: each case changes one thing. */
export const baseFacts: PullFacts = {
  pull: {
    owner: "acme",
    repository: "vault",
    number: 7,
    repositoryId: 1,
    origin,
    url: `${origin}/acme/vault/pull/7`,
    author: "dev",
    trusted: true,
    state: "open",
    defaultBranch: "main",
    baseBranch: "main",
    head,
    base: sha("d"),
    baseTip: sha("d"),
    createdAt: now - 3600,
  },
  now,
  policy: { kind: "valid", policy: { contracts: [baseContract.contract], term: 14 * 86_400, propose: "never" } },
  headPolicy: [],
  contracts: [baseContract],
  elsewhere: [],
  chains: [{ kind: "read", domain, block: 10, time: now, relayers: [relayer] }],
  posts: [],
  earlier: [],
  answered: [],
  domains: [domain],
  refusals: [],
};

export function withContract(change: Partial<ContractFacts>, facts: PullFacts = baseFacts): PullFacts {
  return { ...facts, contracts: facts.contracts.map((one) => ({ ...one, ...change })) };
}

export function withPull(change: Partial<PullFacts["pull"]>, facts: PullFacts = baseFacts): PullFacts {
  return { ...facts, pull: { ...facts.pull, ...change } };
}

export function withRecord(
  change: Partial<NonNullable<NonNullable<ContractFacts["onChain"]>["record"]>>,
  facts: PullFacts = baseFacts,
): PullFacts {
  return {
    ...facts,
    contracts: facts.contracts.map((one) => {
      if (!one.onChain?.record) return one;
      return { ...one, onChain: { ...one.onChain, record: { ...one.onChain.record, ...change } } };
    }),
  };
}

let nextId = 1;

export function post(commands: readonly Command[], change: Partial<Post> = {}): Post {
  nextId += 1;
  const url = `${origin}/acme/vault/pull/7#issuecomment-${nextId}`;
  const { createdAt = now } = change;
  const said = { author: "somebody", trusted: false, createdAt, changedAt: createdAt, commands };
  return { id: nextId, kind: "comment", url, ...said, ...change };
}

export function approval(
  wallet: HDNodeWallet,
  { domain: at, approval: message }: Pick<Proposal, "domain" | "approval">,
): Hex {
  const digest = hashApproval(at, message);
  return wallet.signingKey.sign(digest).serialized as Hex;
}

export function rejection(
  wallet: HDNodeWallet,
  { domain: at, approval: message }: Pick<Proposal, "domain" | "approval">,
): Hex {
  const digest = hashRejection(at, { digest: hashApproval(at, message), deadline: message.deadline });
  return wallet.signingKey.sign(digest).serialized as Hex;
}
