import { assertUnreachable } from "../errors.ts";
import type { ProposalVerdict, PullVerdict, Reply } from "../verdict.ts";
import { explainCheck } from "./check.ts";
import { toCode, toTime } from "./markdown.ts";
import { explainReady, mostDigits } from "./ready.ts";

const help = `Countersign knows these lines, each on a line of its own:

| line | who | what it does |
| --- | --- | --- |
| \`/countersign sign 0xSIGNATURE\` | signers | counts your signature over the proposal (in a review or a comment) |
| \`/countersign reject 0xSIGNATURE\` | signers | counts your signed rejection, which outweighs your approval |
| \`/countersign status\` | anyone | looks again at GitHub and the chain, and says where the proposal stands |
| \`/countersign finalize\`, \`schedule\`, \`execute\` | anyone | looks again, and takes the next step where it is due |
| \`/countersign cancel\` | anyone | shows the transaction by which a guardian ends what is scheduled |
| \`/countersign propose\` | the author, or who may write here | proposes anew with a new deadline; earlier signatures then no longer count |
| \`/countersign withdraw\` | the author, or who may write here | ends the proposal, until \`/countersign propose\` |
| \`/countersign help\` | anyone | shows this |`;

const steps = {
  finalize: "Finalizing happens at the merge, once enough have signed; where there is a delay, it is scheduled first.",
  schedule: "Scheduling happens at the merge, once enough have signed, where a record has a delay.",
  execute: "What is scheduled is executed once it is merged and its delay is over.",
} as const;

/** The answer to a command in a comment, in Markdown. */
export function explainReply(reply: Reply, verdict: PullVerdict): string {
  switch (reply.kind) {
    case "help":
      return help;
    case "status":
      return toStatus(verdict);
    case "finalize":
    case "schedule":
    case "execute":
      return `${steps[reply.kind]}\n\n${toStatus(verdict)}`;
    case "cancel":
      return explainCancelling(verdict);
    case "denied":
      return `\`/countersign ${reply.command}\` is for those who may write to this repository and, by a comment and until the merge, for the author of the pull request. That of ${toCode(reply.author)} is neither, so it has no effect.`;
    case "voided":
      return `Proposed anew, until ${toTime(reply.deadline)}. The approvals of ${reply.signers.map((one) => toCode(one)).join(", ")} were for the earlier proposal and no longer count here: please sign again.`;
    case "malformed":
      return `${toCode(reply.line)} is no command: expected ${reply.expected}. \`/countersign help\` lists them.`;
    default:
      return assertUnreachable(reply);
  }
}

function explainCancelling({ proposals }: PullVerdict): string {
  const all = proposals.flatMap(({ ready = [] }) => ready.filter(({ purpose }) => purpose === "cancel"));
  if (all.length > 0) {
    const words =
      "Only a guardian can cancel what is scheduled, by a transaction of his own. One is enough, and it is final.";
    return [words, ...explainReady(all.slice(0, 10), mostDigits)].join("\n\n");
  }
  const isScheduled = ({ schedule, reasons }: ProposalVerdict) =>
    schedule !== undefined || reasons.some(({ code }) => code === "earlier-scheduled");
  return proposals.some(isScheduled)
    ? "No record of this has a guardian, so nobody can cancel it. Enough rejections by its signers end it."
    : "Nothing of this is scheduled, so there is nothing to cancel. `/countersign withdraw` ends the proposal.";
}

function toStatus(verdict: PullVerdict): string {
  const { title, summary } = explainCheck(verdict);
  return `**${title}**\n\n${summary}`;
}
