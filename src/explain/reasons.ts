import { assertUnreachable, catalogue, type Problem } from "../errors.ts";
import type { Reason, Refusal } from "../verdict.ts";
import { toCode, toSpan, toTime } from "./markdown.ts";

/** Every reason in words, once: what is so, and what to do. One line of Markdown. */
export function explainReason(reason: Reason): string {
  switch (reason.code) {
    case "chain-unknown":
      return `Chain ${reason.chainId} is named in the configuration, but this Countersign has no setting for it (\`COUNTERSIGN_CHAINS\`). Ask who runs it, or correct \`chain\`.`;
    case "chain-unreachable":
      return `Chain ${reason.chainId} could not be read: ${toCode(reason.message)}. This is tried again; nothing is lost.`;
    case "not-registered":
      return `${toCode(reason.contract)} is not registered. Register it with \`countersign register\`, then comment \`/countersign status\`.`;
    case "foreign-record":
      return `The record of ${toCode(reason.contract)} belongs to another directory: its link is ${toCode(reason.link, 600)}. Only a pull request there can upgrade it.`;
    case "base-moved":
      return `The base branch changed ${toCode(reason.path)} meanwhile. Update this branch with it, so that what is signed is what will land.`;
    case "directory-removed":
      return `This pull request removes ${toCode(reason.path)}, which is registered. There is nothing to hash: keep the directory, or move the record first.`;
    case "source-refused":
      return `${toCode(reason.path)} cannot be hashed: ${explainProblems(reason.problems)}`;
    case "build-failed":
      return `${toCode(reason.path)} does not build: ${explainProblems(reason.problems)}`;
    case "constructor-reads":
      return `The constructor of ${toCode(reason.contract)} reads ${reason.instructions.map((one) => toCode(one)).join(", ")}. Anyone may deploy the implementation at any time, so its code must not depend on block, transaction or caller: move that into an initializer.`;
    case "waiting":
      return explainWaiting(reason.needed - reason.signed);
    case "approved":
      return "Approved by enough signers. Merging runs the upgrade.";
    case "approved-delayed":
      return `Approved by enough signers. Merging schedules the upgrade; it is carried out ${toSpan(reason.delay)} later.`;
    case "gated":
      return `Only the gate ${toCode(reason.gate)} may send this, and it is none of this App's relayers: once merged, it sends the transaction that this comment shows.`;
    case "authority":
      return `The authority ${toCode(reason.authority)} rules ${toCode(reason.contract)} in the signers' place, so no signature counts for it: the authority sends the transaction itself.`;
    case "senders-differ":
      return `One transaction carries all of this, and ${reason.senders.map((one) => toCode(one)).join(" and ")} would each have to send it. Propose the contracts in pull requests of their own.`;
    case "withdrawn":
      return `Withdrawn by ${toCode(reason.by)}: nothing is sent any more. Comment \`/countersign propose\` to go on; signers then sign again. Signatures given here stay valid on chain until the deadline or until the version moves: who wants his back signs a rejection or revokes it on chain.`;
    case "rejected":
      return `${reason.rejections} signers of ${toCode(reason.contract)} rejected this proposal, so it cannot reach its threshold any more. A new proposal needs a change, or \`/countersign propose\`.`;
    case "expired":
      return `The deadline passed on ${toTime(reason.deadline)}. Comment \`/countersign propose\` for a new one; signers then sign again.`;
    case "closed":
      return "The pull request was closed without merging. Signatures given here stay valid on chain until the deadline or until the version moves.";
    case "merged-without-quorum":
      return "Merged before enough signers had signed. Nothing happens on chain until they have: main and chain differ.";
    case "landed-differs":
      return `What landed in ${toCode(reason.path)} is not what was proposed (signed ${toCode(reason.signed)}, landed ${toCode(reason.landed)}). Nothing is finalized: main and chain differ. Open a pull request that proposes what main has.`;
    case "tip-differs":
      return `${toCode(reason.path)} on the base branch has moved on since the merge, so ${toCode(reason.signed)} is not sent any more. The newer pull request carries the upgrade.`;
    case "finalizing":
      return "Merged and approved: the upgrade is being sent to the chain.";
    case "unsent":
      return "Merged and approved, but this Countersign has no relayer that pays on this chain. Anybody may send what stands below; once it is mined, this pull request follows by itself.";
    case "scheduling":
      return `Merged and approved: the upgrade is being scheduled on chain, to be carried out ${toSpan(reason.delay)} later.`;
    case "scheduled":
      return `Scheduled on chain. It can be executed from ${toTime(reason.ripeAt)} (${toLeft(reason.left)}) until ${toTime(reason.expiresAt)}.`;
    case "scheduled-before-merge":
      return "It was scheduled before the merge. This App executes it only once it is merged; anyone else may as soon as it is ripe.";
    case "still-scheduled":
      return `It is scheduled on chain all the same: from ${toTime(reason.ripeAt)} until ${toTime(reason.expiresAt)} anyone may execute it, unless a guardian cancels it or enough signers reject it on chain.`;
    case "earlier-scheduled":
      return `What this pull request proposed before, ${toCode(reason.digest)}, is scheduled on chain all the same: from ${toTime(reason.ripeAt)} until ${toTime(reason.expiresAt)} anyone may execute it, unless a guardian cancels it or enough signers reject it on chain.`;
    case "paused":
      return `The guardian paused this until ${toTime(reason.until)}. It goes on by itself afterwards.`;
    case "executing":
      return "Merged, and its delay is over: the upgrade is being executed.";
    case "cancelled":
      return "A guardian cancelled it on chain, for good. A new proposal needs a change, or `/countersign propose`.";
    case "schedule-expired":
      return `It was scheduled and not executed until ${toTime(reason.expiresAt)}, so it is dead. A new proposal needs a change, or \`/countersign propose\`.`;
    case "finalize-refused":
      return `The registry refused the upgrade in a simulation, so nothing was sent: ${toCode(reason.message, 1000)}`;
    case "finalized":
      return reason.transaction
        ? `Finalized on chain in transaction ${toCode(reason.transaction)}.`
        : "Finalized on chain: the record names this hash and link.";
    case "ahead-of-main":
      return "The chain is ahead of main: this was finalized before the merge. Merge it, so that main has what runs.";
    case "implementation-differs":
      return `The record was changed, but ${toCode(reason.contract)} runs ${toCode(reason.found ?? "no implementation")}, not the one that was signed. Treat this as an incident.`;
    default:
      return assertUnreachable(reason);
  }
}

function toLeft(seconds: number): string {
  return seconds === 0 ? "now" : `in about ${toSpan(seconds)}`;
}

function explainWaiting(missing: number): string {
  return missing === 1 ? "One more signature is needed." : `${missing} more signatures are needed.`;
}

/** Why a signature does not count, in words. */
export function explainRefusal(refusal: Refusal): string {
  switch (refusal.code) {
    case "malformed":
      return `not in the registry's form: ${refusal.detail}`;
    case "earlier-proposal":
      return `by ${toCode(refusal.signer)} for what commit ${toCode(refusal.head.slice(0, 12))} proposed; the proposal changed since, so please review and sign again`;
    case "other-hash":
      return `by ${toCode(refusal.signer)} for another hash: ${toCode(refusal.hash)}, which the record had before this change`;
    case "other-version":
      return `by ${toCode(refusal.signer)} for version ${refusal.version}`;
    case "other-chain":
      return `by ${toCode(refusal.signer)} for chain ${refusal.chainId}`;
    case "other-registry":
      return `by ${toCode(refusal.signer)} for the registry ${toCode(refusal.registry)}`;
    case "signed-the-opposite":
      return `by ${toCode(refusal.signer)}, but approval and rejection are different messages: this one says the opposite of its command`;
    case "no-signer":
      return refusal.recovered
        ? `recovers to ${toCode(refusal.recovered)}, which is not a signer: another account signed, or other bytes were signed (another hash, link, chain, registry, version or deadline)`
        : "recovers to no account";
    case "contract-refused":
      return `the contract ${toCode(refusal.signer)} does not accept it (ERC-1271)`;
    case "twice":
      return `by ${toCode(refusal.signer)}, who is counted already`;
    default:
      return assertUnreachable(refusal);
  }
}

/** Problems with what to do about each, as one line or a list. */
export function explainProblems(problems: readonly Problem[]): string {
  const words = problems.slice(0, 20).map(explainProblem);
  const more = problems.length > 20 ? [`and ${problems.length - 20} more`] : [];
  return words.length === 1 ? String(words[0]) : [...words, ...more].map((word) => `\n  - ${word}`).join("");
}

function explainProblem({ code, message, subject }: Problem): string {
  const where = subject === undefined || message.includes(subject) ? "" : ` ${toCode(subject)}`;
  return `\`${code}\`${where} ${toCode(message, 1000)} ${catalogue[code][1]}`;
}
