import type { ProposalVerdict, ReadyTransaction } from "../verdict.ts";
import { toCode, toDetails, toTable } from "./markdown.ts";

const titles: Readonly<Record<ReadyTransaction["purpose"], string>> = {
  finalize: "The transaction that finalizes this",
  schedule: "The transaction that schedules this",
  cancel: "The transaction that cancels what is scheduled",
  revoke: "The transaction by which a signer takes his signature back",
};

/** Longer ones are left to the command line: GitHub takes 65,536 characters of a comment. */
const maxData = 20_000;

/** What others have to send, or may, as they would put it into any wallet. A guardian's comes when he asks for it. */
export function explainReady({ ready = [] }: ProposalVerdict): string[] {
  return ready.filter(({ purpose }) => purpose !== "cancel").map(explainTransaction);
}

export function explainTransaction({ purpose, chainId, from, to, data }: ReadyTransaction): string {
  const sender = from ? toCode(from) : "each signer, for himself";
  const rows = [
    ["Chain", String(chainId)],
    ["From", sender],
    ["To", toCode(to)],
    ["Value", "0"],
  ];
  const calldata = data.length > maxData ? "The data is too long to show here." : `Data:\n\n\`\`\`\n${data}\n\`\`\``;
  return toDetails(titles[purpose], `${toTable(["", ""], rows)}\n\n${calldata}`);
}
