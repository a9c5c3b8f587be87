import { assertUnreachable } from "../errors.ts";
import type { ReadyTransaction } from "../verdict.ts";
import { toCode, toDetails, toTable } from "./markdown.ts";

/** An implementation can be longer than a whole comment may be. */
export const mostDigits = 12_000;

/**
 * Transactions for anybody to send, folded: nothing of them is left to choose, and it does not matter who sends them. Data
 * of more than `most` characters is only named.
 */
export function explainReady(transactions: readonly ReadyTransaction[], most: number): string[] {
  return transactions.map((one, index) => {
    const step = transactions.length > 1 ? `Transaction ${index + 1} of ${transactions.length}` : "The transaction";
    return toDetails(`${step}, for anybody to send: ${explainKind(one)}`, explainTransaction(one, most));
  });
}

function explainKind({ kind }: ReadyTransaction): string {
  switch (kind) {
    case "deploy":
      return "deploys the implementation";
    case "finalize":
      return "finalizes";
    default:
      return assertUnreachable(kind);
  }
}

function explainTransaction({ chainId, to, data }: ReadyTransaction, most: number): string {
  const rows = [
    ["Chain", String(chainId)],
    ["To", toCode(to)],
    ["Value", "0"],
    ["Data", `${(data.length - 2) / 2} bytes`],
  ];
  const command = `cast send --rpc-url "$RPC_URL" --value 0 ${to} ${data}`;
  const long = "Too long to show here: `countersign status --json` prints it.";
  const words = data.length > most ? [long] : ["```sh", command, "```", "", "```", data, "```"];
  return [toTable(["", ""], rows), words.join("\n")].join("\n\n");
}
