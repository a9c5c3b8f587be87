import type { Registry } from "../clients/registry.ts";
import { contractsOn } from "../decide/proposal.ts";
import { decidePull } from "../decide/pull.ts";
import { rejectionDigest } from "../decide/tally.ts";
import type { PullFacts } from "../facts.ts";
import { observeContractSignatures } from "../observe/chain.ts";
import type { ProposalVerdict, PullVerdict } from "../verdict.ts";

/**
 * Decides about a pull request. Whether a contract among the signers accepts a signature depends on the message, so
 * where posts carry such signatures the decision is made once to know the message, and again with the answers.
 */
export async function judgePull(facts: PullFacts, registries: ReadonlyMap<number, Registry>): Promise<PullVerdict> {
  const verdict = decidePull(facts);
  const answers = await Promise.all(verdict.proposals.map((one) => askContractSigners(one, facts, registries)));
  return answers.some(({ length }) => length > 0) ? decidePull(facts, answers.flat()) : verdict;
}

async function askContractSigners(
  { chainId, proposal }: ProposalVerdict,
  facts: PullFacts,
  registries: ReadonlyMap<number, Registry>,
) {
  const registry = registries.get(chainId);
  const chain = facts.chains.find((one) => one.kind === "read" && one.domain.chainId === chainId);
  if (!proposal || !registry || chain?.kind !== "read") return [];
  const contractSigners = contractsOn(facts, chainId).flatMap(({ onChain }) => onChain?.record?.contractSigners ?? []);
  const digests = { sign: proposal.digest, reject: rejectionDigest(proposal) };
  return observeContractSignatures(facts.posts, { registry, block: chain.block, contractSigners, digests });
}
