import type { Registry } from "../clients/registry.ts";
import { contractsOn, deriveProposal } from "../decide/proposal.ts";
import { decidePull } from "../decide/pull.ts";
import { rejectionDigest } from "../decide/tally.ts";
import type { ChainAnswers, ChainFacts, PullFacts } from "../facts.ts";
import { observeContractSignatures, orUnreachable } from "../observe/chain.ts";
import { observeRoad } from "../observe/road.ts";
import type { PullVerdict } from "../verdict.ts";

/**
 * Decides about a pull request. Some of what counts can only be asked for once the message is known: whether contracts
 * among the signers accept their signatures, what is scheduled, who spoke against it on chain.
 */
export async function judgePull(facts: PullFacts, registries: ReadonlyMap<number, Registry>): Promise<PullVerdict> {
  const asked = await Promise.all(
    facts.chains.map(async (chain) => {
      if (chain.kind !== "read") return { chain, ...nothing };
      const answers = await orUnreachable(chain.domain.chainId, () => askChain(chain, facts, registries));
      return "kind" in answers ? { chain: answers, ...nothing } : { chain, ...answers };
    }),
  );
  return decidePull(
    { ...facts, chains: asked.map(({ chain }) => chain) },
    {
      contractSignatures: asked.flatMap((one) => one.contractSignatures),
      schedules: asked.flatMap((one) => one.schedules),
      votes: asked.flatMap((one) => one.votes),
    },
  );
}

const nothing: ChainAnswers = { contractSignatures: [], schedules: [], votes: [] };

async function askChain(
  chain: Extract<ChainFacts, { kind: "read" }>,
  facts: PullFacts,
  registries: ReadonlyMap<number, Registry>,
): Promise<ChainAnswers> {
  const { block, domain } = chain;
  const { proposal } = deriveProposal(facts, chain);
  const registry = registries.get(domain.chainId);
  if (!proposal || !registry) return nothing;
  const contracts = contractsOn(facts, domain.chainId);
  const records = contracts.flatMap(({ onChain }) => onChain?.record ?? []);
  const isDelayed = contracts.some(({ onChain }) => onChain !== undefined && onChain.rules.delay > 0);
  const contractSigners = records.flatMap((record) => record.contractSigners);
  const digests = { sign: proposal.digest, reject: rejectionDigest(proposal) };
  const [contractSignatures, road] = await Promise.all([
    observeContractSignatures(facts.posts, { registry, block, contractSigners, digests }),
    observeRoad(proposal.digest, { registry, block, records, isDelayed }),
  ]);
  return { contractSignatures, ...road };
}
