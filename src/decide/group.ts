import type { GroupFacts, LandingDirectory } from "../facts.ts";
import type { Upgrade } from "../protocol/approval.ts";
import type { GroupMember, GroupReason, GroupVerdict, ProposalState, PullVerdict } from "../verdict.ts";

/**
 * Whether a merge group may land (protocol §6): every pull request in it is open and stands by itself, none proposes what one before
 * it does, and each registered directory that would change has the hash that was signed for it. What nobody proposes
 * must not land either, so that a pull request that was not found can turn no check green.
 */
export function decideGroup(facts: GroupFacts, members: readonly GroupMember[]): GroupVerdict {
  const reasons = [
    ...(facts.isCurrent ? [] : [{ code: "group-outdated" } as const]),
    ...members.flatMap(judgeMember),
    ...facts.directories.flatMap((directory) => judgeDirectory(directory, members, facts)),
    ...(facts.elsewhere.length > 0 ? [{ code: "group-elsewhere", paths: facts.elsewhere } as const] : []),
  ];
  return { check: toCheck(reasons), reasons, members };
}

function toCheck(reasons: readonly GroupReason[]): GroupVerdict["check"] {
  if (reasons.length === 0) return "success";
  return reasons.every(({ code }) => code === "pull-unknown") ? "in_progress" : "failure";
}

/** The queue stands still behind a group that waits, so only what is found out by itself is waited for. */
function judgeMember({ number, isOpen, verdict: { check, proposals } }: GroupMember): GroupReason[] {
  // What it proposed was signed for where it landed then. Anybody who may push can name a branch after it.
  if (!isOpen) return [{ code: "pull-not-open", number }];
  if (check === "success") return [];
  const isUnknown = proposals.length > 0 && proposals.every(({ state }) => state === "unknown" || isReady(state));
  return [{ code: isUnknown ? "pull-unknown" : "pull-not-ready", number }];
}

function isReady(state: ProposalState): boolean {
  return state === "approved" || state === "scheduled" || state === "finalized";
}

function judgeDirectory(
  { contract, hash }: LandingDirectory,
  members: readonly GroupMember[],
  { isCurrent }: GroupFacts,
): GroupReason[] {
  const { address, chain, path } = contract;
  const proposed = members.flatMap(({ number, verdict }) => {
    const upgrade = findUpgrade(verdict, { address, chain });
    return upgrade ? [{ number, signed: upgrade.contractHash }] : [];
  });
  const [first, ...later] = proposed;
  const last = proposed.at(-1);
  const isExplained = members.some((member) => judgeMember(member).length > 0);
  if (!first || !last) return isExplained || !isCurrent ? [] : [{ code: "nobody-proposed", path }];
  const taken = later.map(
    ({ number }) => ({ code: "version-taken", number, by: first.number, contract: address }) as const,
  );
  return hash === last.signed ? taken : [...taken, { code: "would-land-other", path, ...last }];
}

function findUpgrade(
  { proposals }: PullVerdict,
  { address, chain }: { readonly address: string; readonly chain: number },
): Upgrade | undefined {
  const upgrades = proposals.flatMap(({ chainId, proposal }) =>
    chainId === chain ? (proposal?.approval.upgrades ?? []) : [],
  );
  return upgrades.find(({ contractAddress }) => contractAddress === address);
}
