import type { Problem } from "../errors.ts";
import type { RegistrationFacts } from "../facts.ts";
import type { Address } from "../protocol/hex.ts";
import type { ContractRecord } from "../protocol/record.ts";
import type { Handover, Registrant, RegistrationVerdict } from "../verdict.ts";

/** Whether a contract can be registered, whose transaction it takes, and what is to be handed over (protocol §3). */
export function decideRegistration(facts: RegistrationFacts): RegistrationVerdict {
  const registrant = findRegistrant(facts);
  const handovers = findHandovers(facts);
  if (facts.existing && isSame(facts.existing, facts))
    return { state: "registered", problems: [], registrant, handovers };
  const problems = findProblems(facts, registrant);
  return { state: problems.length > 0 ? "refused" : "open", problems, registrant, handovers };
}

/**
 * Whether the sender may register what he controls. A transparent proxy is upgraded by the owner of its admin, whoever
 * `owner()` names: neither may bind the other to signers of his choice.
 */
export function findSenderProblems(sender: Address, { admin, curator, executor }: RegistrationFacts): Problem[] {
  if (!admin || admin.owner === executor || admin.owner === sender || curator === sender) return [];
  return [
    refused(
      `expected the owner of the proxy's admin ${admin.account}, ${admin.owner ?? "which names none"}, found ${sender}`,
    ),
  ];
}

function findRegistrant({ owner, executor, curator }: RegistrationFacts): Registrant {
  if (owner === executor) return { kind: "anyone" };
  if (owner) return { kind: "owner", account: owner };
  return curator ? { kind: "curator", account: curator } : { kind: "nobody" };
}

function findProblems(facts: RegistrationFacts, registrant: Registrant): Problem[] {
  const { existing, draft, admin } = facts;
  const { contractAddress } = draft;
  return [
    ...(existing || registrant.kind === "anyone" ? [] : findKindProblems(facts)),
    ...(existing
      ? [refused(`${contractAddress} is registered already, at version ${existing.version} and with other content`)]
      : []),
    ...(registrant.kind === "nobody"
      ? [refused(`owner() of ${contractAddress} gives no address, and the registry has no curator`)]
      : []),
    ...(admin && !admin.owner
      ? [
          refused(
            `the admin ${admin.account} of the proxy names no owner, so nobody could hand it over to the executor`,
          ),
        ]
      : []),
  ];
}

/**
 * The registry takes an account where code has appeared, so that nobody can stop a registration by putting it there once
 * the contract is handed over. Before that it is a mistake.
 */
function findKindProblems({ draft, signersWithCode }: RegistrationFacts): Problem[] {
  const mistaken = draft.signers.filter(
    (signer) => signersWithCode.includes(signer) !== draft.contractSigners.includes(signer),
  );
  return mistaken.map((signer) =>
    refused(
      signersWithCode.includes(signer)
        ? `the signer ${signer} has code, so it signs by ERC-1271: expected it among the contracts`
        : `the signer ${signer} has no code, so it signs by its key: expected it among the accounts`,
    ),
  );
}

/**
 * The executor can only make calls that its contracts take from it. Of what is pending for it, its first upgrade takes the
 * ownership.
 */
function findHandovers({ draft, owner, pendingOwner, admin, executor }: RegistrationFacts): Handover[] {
  if (admin) {
    if (admin.account === executor || admin.owner === executor) return [];
    return admin.owner === admin.account
      ? [{ contract: draft.contractAddress, from: admin.owner, to: executor, call: "changeAdmin" }]
      : [{ contract: admin.account, from: admin.owner, to: executor, call: "transferOwnership" }];
  }
  if (!owner || owner === executor || pendingOwner === executor) return [];
  return [{ contract: draft.contractAddress, from: owner, to: executor, call: "transferOwnership" }];
}

function isSame(existing: ContractRecord, { draft }: RegistrationFacts): boolean {
  return (
    existing.contractHash === draft.contractHash &&
    existing.contractLink === draft.contractLink &&
    existing.minSignatures === draft.minSignatures &&
    existing.signers.join() === draft.signers.join() &&
    existing.contractSigners.join() === draft.contractSigners.join()
  );
}

function refused(message: string): Problem {
  return { code: "REGISTRATION_REFUSED", message };
}
