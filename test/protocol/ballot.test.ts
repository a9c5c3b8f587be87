import { readdirSync, readFileSync } from "node:fs";
import { concat, keccak256, Wallet } from "ethers";
import { describe, expect, it } from "vitest";
import { type Approval, type Domain, toEip712Domain } from "../../src/protocol/approval.ts";
import { toBallot } from "../../src/protocol/ballot.ts";
import { toAddress } from "../../src/protocol/hex.ts";
import { recoverSigner, toCanonicalSignature } from "../../src/protocol/signature.ts";

const wallet = new Wallet(`0x${"01".repeat(32)}`);
const domain: Domain = { chainId: 31337, registry: toAddress(`0x${"11".repeat(20)}`) };
const approval: Approval = { upgrades: [], deadline: 2_000_000_000 };

describe.each(["sign", "reject"] as const)("a ballot to %s", (intent) => {
  const ballot = toBallot(intent, { domain, approval });

  it("has the digest that EIP-712 makes of the two hashes that a device shows", () => {
    expect(keccak256(concat(["0x1901", ballot.domainHash, ballot.structHash]))).toBe(ballot.digest);
  });

  it("is signed alike from its parts and from the message for other wallets", async () => {
    const { types, message } = ballot.typedData as {
      types: Record<string, { name: string; type: string }[]>;
      message: Record<string, unknown>;
    };
    const { EIP712Domain: _, ...own } = types;
    const signature = await wallet.signTypedData(toEip712Domain(domain), own, message);
    expect(await wallet.signTypedData(toEip712Domain(domain), ballot.types, ballot.message)).toBe(signature);
    expect(recoverSigner(ballot.digest, toCanonicalSignature(signature))).toBe(wallet.address);
  });
});

describe("a rejection", () => {
  it("names the approval that it rejects, with the same deadline", () => {
    const { digest } = toBallot("sign", { domain, approval });
    expect(toBallot("reject", { domain, approval }).message).toEqual({ digest, deadline: approval.deadline });
  });
});

describe("the vectors of approvals", () => {
  const directory = new URL("../vectors/approval/", import.meta.url);
  it.each(readdirSync(directory))("%s", (file) => {
    const vector = JSON.parse(readFileSync(new URL(file, directory), "utf8"));
    const { chainId, verifyingContract: registry } = vector.domain;
    const { structHash, domainSeparator: domainHash, digest } = vector;
    expect(toBallot("sign", { domain: { chainId, registry }, approval: vector.message })).toMatchObject({
      structHash,
      domainHash,
      digest,
    });
  });
});
