import { assertUnreachable } from "../errors.ts";
import type { PullVerdict, Reply } from "../verdict.ts";
import { explainCheck } from "./check.ts";
import { toCode } from "./markdown.ts";

const help = `Countersign knows these lines, each on a line of its own:

| line | what it does |
| --- | --- |
| \`/countersign sign 0xSIGNATURE\` | counts your signature over the proposal (in a review or a comment) |
| \`/countersign reject 0xSIGNATURE\` | counts your signed rejection, which outweighs your approval |
| \`/countersign status\` | looks again at GitHub and the chain, and says where the proposal stands |
| \`/countersign finalize\` | tries to finalize again, once merged and signed |
| \`/countersign propose\` | proposes anew with a new deadline; earlier signatures then no longer count |
| \`/countersign help\` | shows this |`;

/** The answer to a command in a comment, in Markdown. */
export function explainReply(reply: Reply, verdict: PullVerdict): string {
  switch (reply.kind) {
    case "help":
      return help;
    case "status":
      return toStatus(verdict);
    case "finalize":
      return verdict.proposals.every(({ state }) => state === "proposed" || state === "approved")
        ? `Finalizing happens at the merge, once enough have signed.\n\n${toStatus(verdict)}`
        : toStatus(verdict);
    case "malformed":
      return `${toCode(reply.line)} is no command: expected ${reply.expected}. \`/countersign help\` lists them.`;
    default:
      return assertUnreachable(reply);
  }
}

function toStatus(verdict: PullVerdict): string {
  const { title, summary } = explainCheck(verdict);
  return `**${title}**\n\n${summary}`;
}
