import type { BaseWallet } from "ethers";
import { ensureReview, type Posted } from "../act/ensure-review.ts";
import { decideSigning, findStand, isAccountSigner, type OpenProposal } from "../decide/signing.ts";
import { CountersignError, failure, type Problem } from "../errors.ts";
import { explainUnready } from "../explain/status.ts";
import type { PullFacts, PullRef } from "../facts.ts";
import type { Sources } from "../observe/pull.ts";
import { toEip712Domain } from "../protocol/approval.ts";
import { assertSameMessage } from "../protocol/approval-block.ts";
import { type Ballot, type Intent, toBallot } from "../protocol/ballot.ts";
import { type Hex, toAddress } from "../protocol/hex.ts";
import { recoverSigner, toCanonicalSignature } from "../protocol/signature.ts";
import type { Where } from "../protocol/voices.ts";
import { readStatus } from "./status.ts";

/** What there is to sign on one chain. */
export interface Draft {
  readonly ballot: Ballot;
  readonly verdict: OpenProposal;
}

export interface Signing {
  readonly facts: PullFacts;
  readonly drafts: readonly Draft[];
  /** The bot's comment that says the same; undefined where it has not commented. */
  readonly comment: string | undefined;
}

export interface SignedDraft extends Draft {
  readonly signature: Hex;
  /** The line that goes onto the pull request. */
  readonly line: string;
  /** Where the signer said the same before. */
  readonly earlier: Where | undefined;
}

/**
 * Derives what there is to sign from the commits and the chain, never from a comment (protocol §5), and compares it with
 * what the bot says.
 *
 * @throws PROPOSAL_NOT_READY with every reason, APPROVAL_BLOCK_INVALID on any difference
 */
export async function prepareSigning(
  ref: PullRef,
  wanted: { readonly intent: Intent; readonly chainId: number | undefined },
  { sources, now }: { readonly sources: Sources; readonly now: number },
): Promise<Signing> {
  const { observed, verdict } = await readStatus(ref, sources, now);
  const open = decideSigning(verdict, wanted.chainId);
  if (!open) throw toNotReady(explainUnready(verdict, wanted.chainId));
  const { facts, sticky } = observed;
  if (sticky) for (const { proposal } of open) assertSameMessage(sticky.body, proposal.domain, proposal.approval);
  const drafts = open.map((one) => ({ verdict: one, ballot: toBallot(wanted.intent, one.proposal) }));
  return { facts, drafts, comment: sticky?.url };
}

/**
 * Signs every draft, or none.
 *
 * @throws SIGNER_UNKNOWN where the key is no current signer, CHAIN_WRONG_ID where an RPC changed sides meanwhile
 */
export async function signDrafts(
  { facts, drafts }: Signing,
  wallet: BaseWallet,
  { registries }: Pick<Sources, "registries">,
): Promise<readonly SignedDraft[]> {
  for (const draft of drafts) assertCounts(wallet, draft, facts);
  for (const { verdict } of drafts) await registries.get(verdict.chainId)?.chain.assertId();
  return Promise.all(drafts.map((draft) => signDraft(draft, wallet)));
}

/** Posts what was not said before. */
export async function postSigned(
  signed: readonly SignedDraft[],
  { github, facts }: Pick<Sources, "github"> & { readonly facts: PullFacts },
): Promise<Posted | undefined> {
  const [first, ...rest] = signed.filter(({ earlier }) => earlier === undefined);
  if (!first) return undefined;
  const lines = [first, ...rest].map(({ line }) => line);
  return ensureReview({ intent: first.ballot.intent, lines }, { github, pull: facts.pull });
}

async function signDraft({ ballot, verdict }: Draft, wallet: BaseWallet): Promise<SignedDraft> {
  const signed = await wallet.signTypedData(toEip712Domain(ballot.domain), ballot.types, ballot.message);
  const signature = toCanonicalSignature(signed);
  const signer = toAddress(wallet.address);
  if (recoverSigner(ballot.digest, signature) !== signer)
    throw failure("SIGNATURE_INVALID", `expected a signature that recovers to ${signer}, found another`);
  const said = findStand(signer, verdict);
  const isSaid = said?.stand === (ballot.intent === "sign" ? "signed" : "rejected");
  const line = `/countersign ${ballot.intent} ${signature}`;
  return { ballot, verdict, signature, line, earlier: isSaid ? said.where : undefined };
}

function assertCounts(wallet: BaseWallet, { ballot, verdict }: Draft, facts: PullFacts): void {
  const signer = toAddress(wallet.address);
  if (ballot.intent === "sign" && findStand(signer, verdict)?.stand === "rejected")
    throw failure("PROPOSAL_NOT_READY", `${signer} rejected this proposal, which outweighs an approval`);
  if (isAccountSigner(signer, verdict, facts)) return;
  const contracts = verdict.changes.map(({ contract }) => contract).join(", ");
  throw failure(
    "SIGNER_UNKNOWN",
    `expected a signer of ${contracts} on chain ${verdict.chainId}, found the key of ${signer}`,
  );
}

function toNotReady([first, ...rest]: readonly Problem[]): CountersignError {
  return first ? new CountersignError([first, ...rest]) : failure("PROPOSAL_NOT_READY", "there is nothing to sign");
}
