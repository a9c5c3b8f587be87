import type { Ballot } from "../protocol/ballot.ts";
import type { Change, Proposal, ProposalVerdict } from "../verdict.ts";
import { explainCall } from "./call.ts";
import { toTime } from "./markdown.ts";
import { toColumns, toPlain } from "./terminal.ts";

type Row = readonly [string, string];

/** What is about to be signed on one chain, field by field as it stands in the message (protocol §4), for a terminal. */
export function explainBallot(ballot: Ballot, verdict: ProposalVerdict & { readonly proposal: Proposal }): string {
  const { domain, approval } = verdict.proposal;
  const rows: Row[] = [
    ["You sign", ballot.intent === "sign" ? "an approval" : "a REJECTION of this upgrade"],
    ["Chain", String(domain.chainId)],
    ["Registry", domain.registry],
    ...approval.upgrades.flatMap((upgrade): Row[] => {
      const change = verdict.changes.find(({ contract }) => contract === upgrade.contractAddress);
      return [
        ["Contract", `${upgrade.contractAddress}${change ? ` (${change.kind}), directory ${change.path || "."}` : ""}`],
        ["Version", change?.before ? `${change.before.version} -> ${upgrade.version}` : String(upgrade.version)],
        ["Hash before", change?.before?.hash ?? "none"],
        ["Hash after", upgrade.contractHash],
        ["Link", upgrade.contractLink],
        ...explainBuild(change),
        ["Build hash", upgrade.buildHash],
        ...upgrade.code.map(({ account, codeHash }): Row => ["Implementation", `${account}, code hash ${codeHash}`]),
        ...upgrade.calls.flatMap((call): Row[] => {
          const { target, value, minGas, data } = call;
          const fields = `${target}, value ${value} wei, least gas ${minGas}, data ${data}`;
          return [
            ["Call", fields],
            ["", toPlain(explainCall(call))],
          ];
        }),
      ];
    }),
    ["Deadline", toTime(approval.deadline)],
    ["Digest", ballot.digest],
    ["Struct hash", ballot.structHash],
    ["Domain hash", ballot.domainHash],
  ];
  return toColumns(rows);
}

/** Said before anybody signs (protocol §5). */
export const publicNotice =
  "Signatures are public: once enough have signed, anyone may finalize, before the merge and also after the pull request was closed, until the deadline or until the version moves.";

/** How a signature made elsewhere gets onto the pull request. */
export function explainPosting(
  { intent }: Ballot,
  { url, hasContracts }: { url: string; hasContracts: boolean },
): string {
  const contract = hasContracts
    ? ` A contract among the signers is named: /countersign ${intent} 0xACCOUNT 0xSIGNATURE`
    : "";
  return `Sign this typed message (eth_signTypedData_v4) with your wallet, then put one line of its own into a review or comment on ${url}: /countersign ${intent} 0xSIGNATURE${contract}`;
}

function explainBuild(change: Change | undefined): Row[] {
  return change?.build ? [["Built from", `${change.build.contract} by ${change.build.compiler}`]] : [];
}
