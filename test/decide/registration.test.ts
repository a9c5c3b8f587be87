import { describe, expect, it } from "vitest";
import { decideRegistration, findSenderProblems } from "../../src/decide/registration.ts";
import type { RegistrationFacts } from "../../src/facts.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";

const account = (byte: string): Address => toAddress(`0x${byte.repeat(20)}`);
const [contract, owner, curator, executor, admin, signer] = ["11", "22", "33", "44", "55", "66"].map(account) as [
  Address,
  Address,
  Address,
  Address,
  Address,
  Address,
];
const draft = {
  contractAddress: contract,
  contractHash: `0x${"77".repeat(32)}`,
  contractLink: "https://github.com/acme/vault/tree/0123456789abcdef0123456789abcdef01234567",
  signers: [signer],
  contractSigners: [],
  minSignatures: 1,
} as const;
const base: RegistrationFacts = {
  chainId: 31337,
  registry: account("88"),
  draft,
  signersWithCode: [],
  executor,
  existing: undefined,
  owner,
  pendingOwner: undefined,
  curator,
  implementation: undefined,
  admin: undefined,
};
const handover = { contract, from: owner, to: executor, call: "transferOwnership" };
const record = { ...draft, version: 3 };

describe("whose transaction may register", () => {
  const cases: [string, Partial<RegistrationFacts>, object][] = [
    ["the owner's", {}, { kind: "owner", account: owner }],
    ["anyone's where the executor is the owner", { owner: executor }, { kind: "anyone" }],
    ["the curator's where there is no owner", { owner: undefined }, { kind: "curator", account: curator }],
    ["nobody's without either", { owner: undefined, curator: undefined }, { kind: "nobody" }],
  ];
  it.each(cases)("%s", (_, change, registrant) => {
    expect(decideRegistration({ ...base, ...change }).registrant).toEqual(registrant);
  });
});

describe("what is to be handed over afterwards", () => {
  const transparent = { account: admin, owner };
  const cases: [string, Partial<RegistrationFacts>, object[]][] = [
    ["the contract, by its owner", {}, [handover]],
    ["nothing where the executor owns it", { owner: executor }, []],
    ["nothing where its ownership is pending for the executor", { pendingOwner: executor }, []],
    ["the contract where it is pending for another", { pendingOwner: signer }, [handover]],
    ["nothing where there is no owner", { owner: undefined }, []],
    ["the admin of a transparent proxy", { admin: transparent }, [{ ...handover, contract: admin }]],
    ["nothing where the executor owns the admin", { admin: { account: admin, owner: executor } }, []],
    ["nothing where the executor is the admin", { admin: { account: executor, owner: executor } }, []],
    [
      "the proxy itself where its admin is a plain account",
      { admin: { account: admin, owner: admin } },
      [{ contract, from: admin, to: executor, call: "changeAdmin" }],
    ],
  ];
  it.each(cases)("%s", (_, change, handovers) => {
    expect(decideRegistration({ ...base, ...change }).handovers).toEqual(handovers);
  });
});

describe("whether it can be registered", () => {
  const cases: [string, Partial<RegistrationFacts>, string, number][] = [
    ["it can", {}, "open", 0],
    ["it is already", { existing: record }, "registered", 0],
    ["with another hash", { existing: { ...record, contractHash: `0x${"99".repeat(32)}` } }, "refused", 1],
    ["with another link", { existing: { ...record, contractLink: "x" } }, "refused", 1],
    ["with another threshold", { existing: { ...record, minSignatures: 2 } }, "refused", 1],
    ["with other signers", { existing: { ...record, signers: [owner] } }, "refused", 1],
    ["with a signer of another kind", { existing: { ...record, contractSigners: [signer] } }, "refused", 1],
    ["nobody may", { owner: undefined, curator: undefined }, "refused", 1],
    ["the admin names no owner", { admin: { account: admin, owner: undefined } }, "refused", 1],
    ["an account has code", { signersWithCode: [signer] }, "refused", 1],
    ["a contract has none", { draft: { ...draft, contractSigners: [signer] } }, "refused", 1],
    ["an account has code once it was handed over", { signersWithCode: [signer], owner: executor }, "open", 0],
    [
      "two of these",
      { owner: undefined, curator: undefined, admin: { account: admin, owner: undefined } },
      "refused",
      2,
    ],
  ];
  it.each(cases)("%s", (_, change, state, problems) => {
    const verdict = decideRegistration({ ...base, ...change });
    expect(verdict.state).toBe(state);
    expect(verdict.problems).toHaveLength(problems);
    for (const { code } of verdict.problems) expect(code).toBe("REGISTRATION_REFUSED");
  });
});

describe("the sender of a transparent proxy's registration", () => {
  const facts = { ...base, admin: { account: admin, owner: signer } };
  const cases: [string, Address, RegistrationFacts, boolean][] = [
    ["is the admin's owner", signer, facts, true],
    ["is the curator", curator, facts, true],
    ["is only the contract's owner", owner, facts, false],
    [
      "is anybody, where the executor owns the admin",
      owner,
      { ...facts, admin: { account: admin, owner: executor } },
      true,
    ],
    ["is the owner of a contract without an admin", owner, base, true],
  ];
  it.each(cases)("%s", (_, sender, given, isRight) => {
    expect(findSenderProblems(sender, given)).toHaveLength(isRight ? 0 : 1);
  });
});
