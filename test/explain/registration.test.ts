import { expect, it } from "vitest";
import { explainRegistration } from "../../src/explain/registration.ts";
import type { RegistrationFacts } from "../../src/facts.ts";
import { type Address, toAddress } from "../../src/protocol/hex.ts";

const account = (byte: string): Address => toAddress(`0x${byte.repeat(20)}`);
const [owner, executor, other] = [account("11"), account("22"), account("33")] as const;

function explain(pendingOwner: Address | undefined): string {
  const facts: RegistrationFacts = {
    chainId: 1,
    registry: account("44"),
    draft: {
      contractAddress: account("55"),
      contractHash: `0x${"66".repeat(32)}`,
      contractLink: "",
      signers: [account("77")],
      contractSigners: [],
      minSignatures: 1,
    },
    signersWithCode: [],
    executor,
    existing: undefined,
    owner,
    pendingOwner,
    curator: undefined,
    implementation: undefined,
    admin: undefined,
  };
  const registrant = { kind: "owner", account: owner } as const;
  return explainRegistration(facts, { state: "open", problems: [], registrant, handovers: [] });
}

it("says who may accept the ownership, and that an upgrade of ours will", () => {
  expect(explain(undefined)).not.toContain("Pending owner");
  expect(explain(other)).toMatch(new RegExp(`^Pending owner +${other}$`, "m"));
  const words = "the executor: the next upgrade of the proxy begins with acceptOwnership\\(\\)";
  expect(explain(executor)).toMatch(new RegExp(`^Pending owner +${executor}, ${words}$`, "m"));
});
