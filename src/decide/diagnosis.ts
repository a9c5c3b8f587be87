import { type Domain, hashApproval } from "../protocol/approval.ts";
import { type Address, type Bytes32, type Hex, zeroHash } from "../protocol/hex.ts";
import { recoverSigner } from "../protocol/signature.ts";
import type { Proposal, Refusal } from "../verdict.ts";
import type { CountContext } from "./tally.ts";

interface Question {
  readonly proposal: Proposal;
  readonly intent: "sign" | "reject";
  readonly digests: Readonly<Record<"sign" | "reject", Bytes32>>;
  readonly context: CountContext;
}

/**
 * Finds out what a signature was made for, when it is not for this proposal: a signature names nothing but a digest,
 * so the likely mistakes are tried, and the first that gives a current signer is the answer.
 */
export function diagnose(signature: Hex, recovered: Address | undefined, question: Question): Refusal {
  for (const { digest, refusal } of mistakes(question)) {
    const signer = recoverSigner(digest, signature);
    if (signer && question.context.records.some(({ signers }) => signers.includes(signer))) return refusal(signer);
  }
  return { code: "no-signer", recovered };
}

interface Mistake {
  readonly digest: Bytes32;
  readonly refusal: (signer: Address) => Refusal;
}

function mistakes({ proposal, intent, digests, context }: Question): Mistake[] {
  const { domain, approval } = proposal;
  return [
    {
      digest: intent === "sign" ? digests.reject : digests.sign,
      refusal: (signer) => ({ code: "signed-the-opposite", signer }),
    },
    ...context.earlier.map(({ digest, head }): Mistake => {
      return { digest, refusal: (signer) => ({ code: "earlier-proposal", signer, head }) };
    }),
    oldHash(proposal, context),
    ...[-2, -1, 1, 2].map((step): Mistake => {
      const upgrades = approval.upgrades.map((upgrade) => ({
        ...upgrade,
        version: Math.max(0, upgrade.version + step),
      }));
      const version = upgrades[0]?.version ?? 0;
      return {
        digest: hashApproval(domain, { ...approval, upgrades }),
        refusal: (signer) => ({ code: "other-version", signer, version }),
      };
    }),
    ...otherDomains(domain, context.domains).map((other): Mistake => {
      return { digest: hashApproval(other, approval), refusal: (signer) => toDomainRefusal(domain, other, signer) };
    }),
  ];
}

/** Signing the page of what is there already, in place of what is proposed. */
function oldHash({ domain, approval }: Proposal, { records }: CountContext): Mistake {
  const upgrades = approval.upgrades.map((upgrade) => {
    const record = records.find(({ contractAddress }) => contractAddress === upgrade.contractAddress);
    return { ...upgrade, contractHash: record?.contractHash ?? upgrade.contractHash };
  });
  const hash = upgrades[0]?.contractHash ?? zeroHash;
  return {
    digest: hashApproval(domain, { ...approval, upgrades }),
    refusal: (signer) => ({ code: "other-hash", signer, hash }),
  };
}

/** Chains on which people often are when they sign by mistake. */
const popularChains = [1, 10, 56, 100, 137, 8453, 42161, 11155111, 31337];

function otherDomains(domain: Domain, known: readonly Domain[]): Domain[] {
  const chains = [...popularChains, ...known.map(({ chainId }) => chainId)];
  const sameRegistry = [...new Set(chains)].map((chainId) => ({ ...domain, chainId }));
  const sameChain = known.map(({ registry }) => ({ ...domain, registry }));
  return [...known, ...sameRegistry, ...sameChain].filter(
    ({ chainId, registry }) => chainId !== domain.chainId || registry !== domain.registry,
  );
}

function toDomainRefusal(domain: Domain, other: Domain, signer: Address): Refusal {
  return other.chainId === domain.chainId
    ? { code: "other-registry", signer, registry: other.registry }
    : { code: "other-chain", signer, chainId: other.chainId };
}
