import type { ReadyTransaction } from "../verdict.ts";
import { toCode, toDetails, toTable } from "./markdown.ts";

/** An implementation can be longer than a whole comment may be. */
export const mostDigits = 12_000;

/**
 * Transactions that others have to send, or may, each folded, as any wallet takes it: nothing of them is left to choose.
 * Data of more than `most` characters is only named.
 */
export function explainReady(transactions: readonly ReadyTransaction[], most: number): string[] {
  return transactions.map((one, index) => {
    const step = transactions.length > 1 ? `Transaction ${index + 1} of ${transactions.length}` : "The transaction";
    return toDetails(`${step}, for ${toSender(one)} to send: ${deeds[one.purpose]}`, explainTransaction(one, most));
  });
}

const deeds: Readonly<Record<ReadyTransaction["purpose"], string>> = {
  deploy: "deploys the implementation",
  finalize: "finalizes",
  schedule: "schedules",
  execute: "executes what is scheduled",
  reject: "brings the rejections to the chain, which end what is scheduled",
  cancel: "cancels what is scheduled",
  revoke: "takes the signature back",
};

function toSender({ purpose, from }: ReadyTransaction): string {
  if (from) return `<code>${from}</code> alone`;
  return purpose === "revoke" ? "each signer himself" : "anybody";
}

function explainTransaction({ chainId, from, to, data }: ReadyTransaction, most: number): string {
  const rows = [
    ["Chain", String(chainId)],
    ...(from ? [["From", toCode(from)]] : []),
    ["To", toCode(to)],
    ["Value", "0"],
    ["Data", `${(data.length - 2) / 2} bytes`],
  ];
  const command = `cast send --rpc-url "$RPC_URL" --value 0 ${to} ${data}`;
  const long = "Too long to show here: `countersign status --json` prints it.";
  const words = data.length > most ? [long] : ["```sh", command, "```", "", "```", data, "```"];
  return [toTable(["", ""], rows), words.join("\n")].join("\n\n");
}
