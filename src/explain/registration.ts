import { assertUnreachable } from "../errors.ts";
import type { RegistrationFacts } from "../facts.ts";
import type { Address } from "../protocol/hex.ts";
import type { Handover, Registrant, RegistrationVerdict } from "../verdict.ts";
import { toColumns } from "./terminal.ts";

/** What is about to be registered, whose transaction it takes and who is who, for a terminal. */
export function explainRegistration(facts: RegistrationFacts, verdict: RegistrationVerdict): string {
  const { draft, admin } = facts;
  return toColumns([
    ["Contract", draft.contractAddress],
    ["Chain", `${facts.chainId}, registry ${facts.registry}`],
    ["Hash", draft.contractHash],
    ["Link", draft.contractLink],
    ["Signatures", `${draft.minSignatures} of ${draft.signers.length}`],
    ...draft.signers.map((signer): [string, string] => {
      return ["Signer", `${signer}${draft.contractSigners.includes(signer) ? " (contract, ERC-1271)" : ""}`];
    }),
    ["Owner", facts.owner ?? "none: owner() gives no address"],
    ...(facts.pendingOwner ? [["Pending owner", explainPendingOwner(facts.pendingOwner, facts)] as const] : []),
    ["Curator", facts.curator ?? "none"],
    ...(facts.implementation ? [["Implementation", facts.implementation] as const] : []),
    ...(admin ? [["Proxy admin", `${admin.account}, owned by ${admin.owner ?? "nobody"}`] as const] : []),
    ["Executor", facts.executor],
    ["Sender", explainRegistrant(verdict.registrant)],
  ]);
}

/** What is to be done after a registration. */
export function explainHandover({ contract, from, to, call }: Handover): string {
  return `${call}(${to}) on ${contract}, sent by ${from ?? "its owner"}, so that the record's executor can upgrade it`;
}

function explainPendingOwner(account: Address, { executor }: RegistrationFacts): string {
  return account === executor
    ? `${account}, the executor: the next upgrade of the proxy begins with acceptOwnership()`
    : account;
}

function explainRegistrant(registrant: Registrant): string {
  switch (registrant.kind) {
    case "anyone":
      return "anyone: the executor owns the contract already";
    case "owner":
      return `the contract's owner ${registrant.account}`;
    case "curator":
      return `the registry's curator ${registrant.account}`;
    case "nobody":
      return "nobody";
    default:
      return assertUnreachable(registrant);
  }
}
