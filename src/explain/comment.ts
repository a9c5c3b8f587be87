import type { EarlierProposal, Pull } from "../facts.ts";
import { maxEarlier, toMarker, toTypedDataBlock } from "../protocol/approval-block.ts";
import { parseLink } from "../protocol/link.ts";
import type {
  Change,
  Proposal,
  ProposalVerdict,
  PullVerdict,
  ReadyTransaction,
  RefusedPost,
  SignerStand,
  Tally,
} from "../verdict.ts";
import { explainCall } from "./call.ts";
import { explainCheck, toCount, toTitle } from "./check.ts";
import { explainFiles } from "./file-changes.ts";
import { toCode, toDetails, toTable, toTime } from "./markdown.ts";
import { explainReady, mostDigits } from "./ready.ts";
import { explainProblems, explainReason, explainRefusal } from "./reasons.ts";

/**
 * The one comment that Countersign keeps on a pull request, in Markdown; undefined where there is nothing to say, so
 * that a pull request which touches no registered directory stays quiet.
 */
export function explainComment(
  verdict: PullVerdict,
  context: { readonly pull: Pull; readonly earlier: readonly EarlierProposal[] },
): string | undefined {
  if (verdict.scope.kind !== "proposals") return undefined;
  const marker = toMarker(toBlock(verdict, context));
  for (const shown of [whole, { ...whole, explainMessage: nameMessage }, { explainMessage: nameMessage, most: 0 }]) {
    const proposals = verdict.proposals.map((one) => explainProposal(one, { pull: context.pull, ...shown }));
    const comment = [marker, ...proposals, ...explainHeadPolicy(verdict)].join("\n\n");
    if (comment.length <= maxComment) return comment;
  }
  return [marker, ...verdict.proposals.map(explainBriefly)].join("\n\n").slice(0, maxComment);
}

/** How much of what is signed and of what is to be sent stands in the comment. */
interface Shown {
  readonly explainMessage: (proposal: Proposal) => string;
  /** Characters of a transaction's data. */
  readonly most: number;
}

const whole: Shown = { explainMessage: showMessage, most: mostDigits };

/** What GitHub takes, in characters. */
const maxComment = 65_536;

/** What a sticky comment says while there is no proposal any more, and why. What was signed before is still known. */
export function explainNothing(
  verdict: PullVerdict,
  { pull, earlier }: { readonly pull: Pull; readonly earlier: readonly EarlierProposal[] },
): string {
  const marker = toMarker({ head: pull.head, proposals: [], earlier: earlier.slice(0, maxEarlier) });
  const { title, summary } = explainCheck(verdict);
  return `${marker}\n\n### Countersign: ${title}\n\n${summary}\n\nThere is nothing to sign here.`;
}

function toBlock({ proposals }: PullVerdict, { pull, earlier }: { pull: Pull; earlier: readonly EarlierProposal[] }) {
  const current = proposals.flatMap(({ chainId, proposal }) =>
    proposal ? [{ chainId, digest: proposal.digest }] : [],
  );
  const isCurrent = (digest: string) => current.some((one) => one.digest === digest);
  const heads = current.map((one) => earlier.find(({ digest }) => digest === one.digest)?.head ?? pull.head);
  return {
    // A push that changes nothing of the proposal changes nothing of the comment.
    head: heads.find((head, _, all) => all.every((other) => other === head)) ?? pull.head,
    proposals: current,
    earlier: earlier.filter(({ digest }) => !isCurrent(digest)).slice(0, maxEarlier),
  };
}

function explainProposal(
  verdict: ProposalVerdict,
  { pull, explainMessage, most }: Shown & { readonly pull: Pull },
): string {
  return [
    `### ${signs[verdict.state]} Countersign: ${toTitle(verdict)}`,
    verdict.reasons.map((reason) => `- ${explainReason(reason)}`).join("\n"),
    ...verdict.changes.flatMap((change) => [explainChange(change, verdict), ...explainChangedFiles(change)]),
    ...explainReady(toShown(verdict), most),
    ...explainSigning(verdict, pull),
    ...verdict.tallies.map((tally) => explainTally(tally, verdict.tallies.length > 1)),
    ...explainRefused(verdict.refused),
    ...(verdict.proposal ? [explainMessage(verdict.proposal)] : []),
  ].join("\n\n");
}

/** Where the whole is too much for a comment: the digest stays, so that every reader can compare what it derives. */
function explainBriefly(verdict: ProposalVerdict): string {
  const { state, reasons, proposal } = verdict;
  return [
    `### ${signs[state]} Countersign: ${toTitle(verdict)}`,
    reasons
      .map((reason) => `- ${explainReason(reason)}`)
      .join("\n")
      .slice(0, 2_000),
    ...explainReady(toShown(verdict), 0),
    ...(proposal ? [nameMessage(proposal)] : []),
  ].join("\n\n");
}

/** A guardian's comes when he asks for it. */
function toShown({ ready = [] }: ProposalVerdict): readonly ReadyTransaction[] {
  return ready.filter(({ purpose }) => purpose !== "cancel");
}

const signs: Readonly<Record<ProposalVerdict["state"], string>> = {
  proposed: "⏳",
  approved: "✅",
  scheduled: "⏳",
  finalized: "✅",
  outdated: "⚠️",
  blocked: "⚠️",
  unknown: "⏳",
  withdrawn: "⚠️",
  rejected: "❌",
  expired: "⌛",
  failed: "❌",
};

function explainChange(change: Change, verdict: ProposalVerdict): string {
  const { contract, kind, path, before, after, build, implementation } = change;
  const { chainId, proposal, transaction } = verdict;
  const upgrade = proposal?.approval.upgrades.find(({ contractAddress }) => contractAddress === contract);
  const rows = [
    ...toRow("Contract", `${toCode(contract)} (${kind})`),
    ...toRow("Chain", `${chainId}${proposal ? `, registry ${toCode(proposal.domain.registry)}` : ""}`),
    ...toRow("Directory", toCode(path)),
    ...toRow("Hash", `${toCode(before?.hash ?? "none")} → ${toCode(after?.hash ?? "none")}`),
    ...toRow("Link", after && explainLink(after.link, path)),
    ...toRow("Files", after && String(after.files)),
    ...toRow("Version", before && upgrade && `${before.version} → ${upgrade.version}`),
    ...toRow(
      "Build",
      build && `${toCode(build.contract)} by ${toCode(build.compiler)}, build hash ${toCode(build.buildHash)}`,
    ),
    ...toRow(
      "Implementation",
      implementation && `${toCode(implementation.address)}, code hash ${toCode(implementation.codeHash)}`,
    ),
    ...(upgrade?.calls ?? []).flatMap((call) => toRow("Call", explainCall(call))),
    ...toRow("Deadline", proposal && toTime(proposal.approval.deadline)),
    ...toRow("Transaction", transaction && toCode(transaction)),
  ];
  return toTable(["", ""], rows);
}

function explainChangedFiles({ files }: Change): string[] {
  return files ? [explainFiles(files)] : [];
}

function toRow(name: string, content: string | 0 | undefined): string[][] {
  return content ? [[name, content]] : [];
}

/** What is signed is the link in full, which stands in the message below; people want to open it. */
function explainLink(link: string, path: string): string {
  return `[${toCode(path || "the repository")} at ${toCode(parseLink(link).commit.slice(0, 12))}](<${link}>)`;
}

function explainSigning({ proposal, state }: ProposalVerdict, pull: Pull): string[] {
  if (!proposal || (state !== "proposed" && state !== "approved")) return [];
  const steps = [
    "**To sign**, review the code at the link, then either",
    `- run \`npx countersign sign ${pull.url}\`: it fetches the commit, computes the hash itself and posts your review, or`,
    "- sign the typed message below with any wallet and put one line of its own into your review: `/countersign sign 0xSIGNATURE` (or `/countersign reject 0xSIGNATURE`).",
  ];
  const notice =
    "Signatures are public: once enough have signed, anyone may finalize, also before the merge, until the deadline or until the version moves.";
  return [steps.join("\n"), notice];
}

function explainTally(tally: Tally, isOneOfMany: boolean): string {
  const bar = `${"🟩".repeat(Math.min(tally.signed, tally.needed))}${"⬜".repeat(Math.max(0, tally.needed - tally.signed))}`;
  const title = isOneOfMany ? `${toCode(tally.contract)}: ${toCount(tally)}` : toCount(tally);
  const rows = tally.signers.map((stand) => [toCode(stand.signer), explainStand(stand, tally)]);
  return [`#### ${title}`, bar, toTable(["Signer", ""], rows)].join("\n\n");
}

function explainStand({ stand, where }: SignerStand, { signed, needed }: Tally): string {
  const by = where ? ` in ${toReference(where.url, "this post")} of ${toCode(where.author)}` : " on chain";
  if (stand === "signed") return `✅ signed${by}`;
  if (stand === "rejected") return `❌ rejected${by}`;
  if (stand === "revoked") return `↩️ signed${by}, and revoked on chain`;
  return signed < needed ? "⏳ missing" : "not needed any more";
}

function explainRefused(refused: readonly RefusedPost[]): string[] {
  if (refused.length === 0) return [];
  const lines = refused.map(({ url, author, refusal }) => {
    return `- ${toReference(url, "the post")} of ${toCode(author)}: ${explainRefusal(refusal)}`;
  });
  return [`#### Not counted\n\n${lines.slice(0, 50).join("\n")}`];
}

/** GitHub's own answers give these addresses; anything that is not plainly one is shown and not linked. */
function toReference(url: string, words: string): string {
  return /^https?:\/\/[\w.:-]+\/[\w./#-]+$/.test(url) ? `[${words}](${url})` : words;
}

function showMessage(proposal: Proposal): string {
  const block = toTypedDataBlock(proposal.domain, proposal.approval);
  return block === undefined ? nameMessage(proposal) : toMessage(proposal, block);
}

function nameMessage(proposal: Proposal): string {
  const words = "Too long to show here; it is derived from the links and the chain. `countersign sign` prints it.";
  return toMessage(proposal, words);
}

function toMessage({ digest }: Proposal, content: string): string {
  return toDetails(`The typed message (EIP-712), digest <code>${digest}</code>`, content);
}

function explainHeadPolicy({ headPolicy }: PullVerdict): string[] {
  if (headPolicy.length === 0) return [];
  return [`#### This branch's copy of the configuration has errors\n\n${explainProblems(headPolicy)}`];
}
