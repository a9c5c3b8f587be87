import { TypedDataEncoder } from "ethers";
import { z } from "zod";
import { type CountersignError, failure } from "../errors.ts";
import { type Approval, approvalTypes, type Domain, hashApproval, toTypedData } from "./approval.ts";
import { type Bytes32, isHex } from "./hex.ts";

/**
 * The machine-readable part of our sticky comment (protocol §5). Nobody takes anything from it: every reader derives
 * the message itself and refuses on a difference.
 */
export interface ApprovalBlock {
  /** The head commit that the proposals were first computed from. */
  readonly head: string;
  readonly proposals: readonly { readonly chainId: number; readonly digest: Bytes32 }[];
  /** Digests that this pull request proposed before, newest first: they only help to say what a signature was for. */
  readonly earlier: readonly { readonly digest: Bytes32; readonly head: string }[];
}

/** How many earlier digests are kept. */
export const maxEarlier = 20;

/** GitHub takes 65,536 characters; above this a typed message is named by its digest alone. */
const maxTypedData = 30_000;

const marker = /^<!-- countersign (\{.*\}) -->$/m;
const digest = z.custom<Bytes32>((value) => isHex(value, 32));
const commit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/);
const block = z.strictObject({
  head: commit,
  proposals: z.array(z.strictObject({ chainId: z.int().positive(), digest })),
  earlier: z.array(z.strictObject({ digest, head: commit })).max(maxEarlier),
});

/** The line that marks the sticky comment. Holds hex and numbers only, so nothing in it can end the HTML comment. */
export function toMarker(content: ApprovalBlock): string {
  return `<!-- countersign ${JSON.stringify(block.parse(content))} -->`;
}

/** The block of a comment, or undefined where the comment has none that can be read. */
export function parseMarker(body: string): ApprovalBlock | undefined {
  const [, json] = marker.exec(body) ?? [];
  if (json === undefined) return undefined;
  try {
    return block.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** The typed message as a fenced block that any wallet takes, or undefined where it is too long for a comment. */
export function toTypedDataBlock(domain: Domain, approval: Approval): string | undefined {
  const json = JSON.stringify(toTypedData(domain, approval), null, 2);
  return json.length > maxTypedData ? undefined : `\`\`\`json\n${json}\n\`\`\``;
}

/**
 * Compares a comment's copies with what was derived.
 *
 * @throws APPROVAL_BLOCK_INVALID on any difference
 */
export function assertSameMessage(body: string, domain: Domain, approval: Approval): void {
  const derived = hashApproval(domain, approval);
  const named = parseMarker(body)?.proposals ?? [];
  const stated = named.find(({ chainId }) => chainId === domain.chainId)?.digest;
  if (stated !== derived) throw differs(derived, stated);
  // One comment shows the messages of several chains: a copy may be another one that the marker names.
  const strange = findCopies(body).find((copy) => !named.some((proposal) => proposal.digest === copy));
  if (strange !== undefined) throw differs(derived, strange);
}

/** The digests of everything that looks like something to copy into a wallet. */
function findCopies(body: string): string[] {
  const lines = body.replaceAll("\r\n", "\n");
  return [...lines.matchAll(/^[ \t>]*(```+|~~~+).*\n([\s\S]*?)(?:\n\1|$(?![\s\S]))/gm)].map(([, , json = ""]) =>
    readDigest(json),
  );
}

/** A copy must be what we would write, types too: a wallet signs by the types that it is given. */
function readDigest(json: string): string {
  try {
    const copy = JSON.parse(json);
    const payload = TypedDataEncoder.getPayload(copy.domain, approvalTypes, copy.message);
    if (JSON.stringify(payload) !== JSON.stringify(copy)) throw new Error("the types or the form differ");
    return TypedDataEncoder.hash(copy.domain, approvalTypes, copy.message);
  } catch (cause) {
    throw failure("APPROVAL_BLOCK_INVALID", "expected a typed message in the comment, found something else", { cause });
  }
}

function differs(expected: string, found: string | undefined): CountersignError {
  return failure("APPROVAL_BLOCK_INVALID", `expected the digest ${expected}, found ${found ?? "none"} in the comment`);
}
