import type { ErrorCode, Problem } from "../errors.ts";
import type { ProposalVerdict, PullVerdict, Reason, Tally } from "../verdict.ts";
import { explainCheck, toCount, toTitle } from "./check.ts";
import { explainReason, explainRefusal } from "./reasons.ts";
import { toPlain } from "./terminal.ts";
import { toVisible } from "./visible.ts";

/** Where a pull request stands, who signed and who is missing, for a terminal. */
export function explainStatus(verdict: PullVerdict): string {
  if (verdict.scope.kind === "proposals") return verdict.proposals.map(explainProposal).join("\n\n");
  const { title, summary } = explainCheck(verdict);
  return `${title}\n${toPlain(summary)}`;
}

/** Why nothing can be signed, each reason in words. */
export function explainUnready(verdict: PullVerdict, chainId?: number): readonly Problem[] {
  const { title, summary } = explainCheck(verdict);
  if (verdict.scope.kind !== "proposals")
    return [{ code: "PROPOSAL_NOT_READY", message: `${title}: ${toPlain(summary)}` }];
  const wanted = verdict.proposals.filter((one) => chainId === undefined || one.chainId === chainId);
  if (wanted.length === 0)
    return [{ code: "PROPOSAL_NOT_READY", message: `The pull request proposes nothing on chain ${chainId}.` }];
  const stuck = wanted.filter(({ state }) => state !== "proposed" && state !== "approved");
  return stuck.flatMap((one) =>
    one.reasons.map((reason) => {
      const message = `Chain ${one.chainId}, ${toTitle(one)}: ${toPlain(explainReason(reason))}`;
      return { code: toCode(reason), message };
    }),
  );
}

/** A chain that nobody named or that does not answer is no refusal: it says nothing of the proposal. */
function toCode({ code }: Reason): ErrorCode {
  if (code === "chain-unreachable") return "CHAIN_UNREACHABLE";
  return code === "chain-unknown" ? "SETTING_INVALID" : "PROPOSAL_NOT_READY";
}

function explainProposal(verdict: ProposalVerdict): string {
  const { chainId, reasons, changes, proposal, tallies, refused } = verdict;
  return [
    `Chain ${chainId}: ${toTitle(verdict)}`,
    ...reasons.map((reason) => `  ${toPlain(explainReason(reason))}`),
    ...changes.map(
      ({ contract, kind, path }) => `  Contract ${contract} (${kind}), directory ${toVisible(path || ".")}`,
    ),
    ...changes.map(({ before, after }) => `  Hash ${before?.hash ?? "none"} -> ${after?.hash ?? "none"}`),
    ...(proposal ? [`  Digest ${proposal.digest}`] : []),
    ...tallies.flatMap(explainTally),
    ...refused.map(({ url, author, refusal }) => {
      return `  not counted: ${toVisible(author)}, ${toVisible(url)}: ${toPlain(explainRefusal(refusal))}`;
    }),
  ].join("\n");
}

function explainTally(tally: Tally): string[] {
  const signers = tally.signers.map(({ signer, stand, where }) => {
    return `    ${signer}  ${stand}${where ? `  ${toVisible(where.author)}, ${toVisible(where.url)}` : ""}`;
  });
  return [`  ${tally.contract}: ${toCount(tally)}`, ...signers];
}
