import type { ContractFacts, PullFacts, ScheduledFacts } from "../facts.ts";
import { hashApproval } from "../protocol/approval.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import type { Proposal } from "../verdict.ts";
import { grace } from "./schedule.ts";

/**
 * The proposal as it waits on chain, where the very same change does. What is scheduled has left its deadline behind
 * (protocol §3), and a link is the same under a name that the repository had before: neither a new term, nor
 * `/countersign propose`, nor a rename makes another proposal of it.
 */
export function adoptScheduled(today: Proposal, contracts: readonly ContractFacts[]): Proposal {
  const known = contracts[0]?.onChain?.scheduled ?? [];
  if (known.some(({ digest }) => digest === today.digest)) return today;
  const waiting = known.filter(({ digest }) => isComing(digest, contracts));
  const same = waiting.map((one) => toScheduled(today, one, contracts));
  return same.find(({ digest }, index) => digest === waiting[index]?.digest) ?? today;
}

/** Only its own digest proves what an event is said to have scheduled. */
function toScheduled(
  { domain, approval }: Proposal,
  { digest, deadline }: ScheduledFacts,
  contracts: readonly ContractFacts[],
): Proposal {
  const upgrades = approval.upgrades.map((upgrade, index) => {
    const part = findPart(digest, contracts[index]);
    return part?.isOwn ? { ...upgrade, contractLink: part.contractLink } : upgrade;
  });
  const scheduled = { upgrades, deadline };
  return { domain, approval: scheduled, digest: hashApproval(domain, scheduled) };
}

/** What else of this pull request waits on chain: it may be executed by anyone, whatever is proposed now. */
export function findEarlier(
  { earlier }: Pick<PullFacts, "earlier">,
  { proposal, contracts }: { readonly proposal: Proposal | undefined; readonly contracts: readonly ContractFacts[] },
): readonly ScheduledFacts[] {
  const all = contracts.flatMap(({ onChain }) => onChain?.scheduled ?? []);
  const parts = new Map(all.map((one) => [one.digest, one]));
  return [...parts.values()].filter(({ digest, isOwn }) => {
    const isOurs = isOwn || earlier.some((one) => one.digest === digest);
    return isOurs && digest !== proposal?.digest && isComing(digest, contracts);
  });
}

/** Waits, and can still be executed: not too old, not dead by rejections, not void by another change of a record. */
function isComing(digest: Bytes32, contracts: readonly ContractFacts[]): boolean {
  return contracts.every((contract) => {
    const part = findPart(digest, contract);
    const record = contract.onChain?.record;
    if (!part || !record) return true;
    const isDead = part.rejected.length > record.signers.length - record.minSignatures;
    return part.status === "waiting" && part.slack <= grace && part.version === record.version + 1 && !isDead;
  });
}

function findPart(digest: Bytes32, contract: ContractFacts | undefined): ScheduledFacts | undefined {
  return contract?.onChain?.scheduled?.find((one) => one.digest === digest);
}
