import type { RecordJson } from "../../src/protocol/record.ts";

/** What the demo did, as `--json` prints it. */
export interface Outcome {
  readonly contractAddress: string;
  readonly registry: string;
  readonly chainId: number;
  /** The bare repository on this disk. */
  readonly repository: string;
  readonly path: string;
  /** The commit that the record's link names. */
  readonly commit: string;
  readonly before: string;
  readonly after: string;
  readonly signers: readonly string[];
  readonly signatures: readonly { readonly signer: string; readonly signature: string }[];
  readonly refused: string;
  readonly transaction: string;
  readonly gasUsed: number;
  readonly pullRequest: string;
  /** One hash by three ways: the record on chain, this program over a fresh fetch, coreutils over a checkout. */
  readonly verified: { readonly record: string; readonly fetched: string; readonly coreutils: string };
  readonly record: RecordJson;
}

export function toSummary(outcome: Outcome): string {
  const rows: [string, string][] = [
    ["Contract", outcome.contractAddress],
    ["Registry", `${outcome.registry} on chain ${outcome.chainId}`],
    ["Pull request", outcome.pullRequest],
    ["Directory", `${outcome.path} at ${outcome.commit}`],
    ["Hash before", outcome.before],
    ["Hash after", outcome.after],
    ["Signed by", `${outcome.signatures.length} of ${outcome.signers.length} signers`],
    ["Not counted", outcome.refused],
    ["Transaction", `${outcome.transaction} (${outcome.gasUsed.toLocaleString("en")} gas)`],
    ["On chain", outcome.verified.record],
    ["Fetched again", outcome.verified.fetched],
    ["By coreutils", outcome.verified.coreutils],
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`);
  return ["", "What was signed is what the record names:", "", ...lines, ""].join("\n");
}
