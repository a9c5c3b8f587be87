import { assertUnreachable } from "../errors.ts";
import type { ReadyTransaction } from "../verdict.ts";
import { toCode, toDetails, toTable } from "./markdown.ts";

/** An implementation can be longer than a whole comment may be. */
const mostDigits = 12_000;

/** Transactions for anybody to send, folded. Nothing of them is left to choose, and it does not matter who sends them. */
export function explainReady(transactions: readonly ReadyTransaction[]): string[] {
  return transactions.map((one, index) => {
    const step = transactions.length > 1 ? `Transaction ${index + 1} of ${transactions.length}` : "The transaction";
    return toDetails(`${step}, for anybody to send: ${explainKind(one)}`, explainTransaction(one));
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

function explainTransaction({ chainId, to, data }: ReadyTransaction): string {
  const rows = [
    ["Chain", String(chainId)],
    ["To", toCode(to)],
    ["Value", "0"],
    ["Data", `${(data.length - 2) / 2} bytes`],
  ];
  const command = `cast send --rpc-url "$RPC_URL" --value 0 ${to} ${data}`;
  const long = "Too long to show here: `countersign status --json` prints it.";
  const words = data.length > mostDigits ? [long] : ["```sh", command, "```", "", "```", data, "```"];
  return [toTable(["", ""], rows), words.join("\n")].join("\n\n");
}
