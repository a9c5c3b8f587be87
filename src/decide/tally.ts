import { CountersignError } from "../errors.ts";
import type { ContractSignatureFacts, EarlierProposal, Post, VoteFacts } from "../facts.ts";
import { type Domain, hashRejection } from "../protocol/approval.ts";
import type { Address, Bytes32, Hex } from "../protocol/hex.ts";
import type { ContractRecord } from "../protocol/record.ts";
import { parseAccountSignature, recoverSigner, type SignerSignature } from "../protocol/signature.ts";
import { takeTurns, toVoices, type Voice } from "../protocol/voices.ts";
import type { Proposal, Refusal, RefusedPost, SignerStand, Tally } from "../verdict.ts";
import { diagnose } from "./diagnosis.ts";

export interface Count {
  readonly tallies: readonly Tally[];
  readonly refused: readonly RefusedPost[];
  /** One for each signer whose approval counts for some record. */
  readonly signatures: readonly SignerSignature[];
  /** Over the rejection, one for each signer that rejects in a post. */
  readonly rejections: readonly SignerSignature[];
}

export interface CountContext {
  readonly records: readonly ContractRecord[];
  readonly posts: readonly Post[];
  readonly earlier: readonly EarlierProposal[];
  /** The other registries that are known here, to tell a signer who signed for one of them. */
  readonly domains: readonly Domain[];
  readonly contractSignatures: readonly ContractSignatureFacts[];
  /** What signers said on chain, for and against whatever digest. */
  readonly votes: readonly VoteFacts[];
  /** Contracts whose authority rules: no signer counts for them (protocol §3). */
  readonly ruled: readonly Address[];
  /** What the same pull request proposes on other chains: what is said to them is not heard here. */
  readonly siblings: readonly Sibling[];
}

export interface Sibling {
  readonly proposal: Proposal;
  readonly records: readonly ContractRecord[];
}

interface Heard {
  readonly voice: Voice;
  readonly entry?: SignerSignature;
  readonly refusal?: Refusal;
  /** In the right form, and by no signer over this message. */
  readonly unmatched?: { readonly signature: Hex; readonly recovered: Address | undefined };
}

interface Hearing {
  readonly proposal: Proposal;
  readonly digests: Readonly<Record<Voice["intent"], Bytes32>>;
  readonly context: CountContext;
}

/**
 * Counts the signatures in the posts for and against a proposal. The signature speaks, not the account that posted
 * it (protocol §5): posted twice it counts once. A signer's rejection outweighs his approval, whatever the order.
 */
export function countSignatures(proposal: Proposal, context: CountContext): Count {
  const digests = { sign: proposal.digest, reject: rejectionDigest(proposal) };
  const hearing = { proposal, digests, context };
  const heard = takeTurns(toVoices(context.posts))
    .slice(0, maxVoices)
    .map((voice) => hear(voice, hearing));
  const { approvals, rejections, repeated } = sortOut(heard);
  const counted = context.records.filter(({ contractAddress }) => !context.ruled.includes(contractAddress));
  const tallies = counted.map((record) => {
    const isHere = (one: VoteFacts) => one.contract === record.contractAddress && one.digest === proposal.digest;
    return toTally(record, { approvals, rejections, votes: context.votes.find(isHere) });
  });
  const counts = new Set(tallies.flatMap(({ signers }) => signers.flatMap(toSigned)));
  return {
    tallies,
    refused: [...toRefused(heard, hearing), ...repeated],
    signatures: toEntries(approvals).filter(({ signer }) => counts.has(signer)),
    rejections: toEntries(rejections),
  };
}

function toEntries(said: ReadonlyMap<Address, Heard>): SignerSignature[] {
  return [...said.values()].flatMap(({ entry }) => entry ?? []);
}

function toSigned({ signer, stand }: SignerStand): Address[] {
  return stand === "signed" ? [signer] : [];
}

/** What is heard of one pull request: recovering a signature takes a millisecond, and anybody may post thousands. */
const maxVoices = 500;
/** Finding out what a signature was meant for takes some thirty times as long. */
const maxDiagnosed = 60;

/** What a rejection of this proposal is signed over: its deadline is the proposal's own. */
export function rejectionDigest({ domain, digest, approval }: Proposal): Bytes32 {
  return hashRejection(domain, { digest, deadline: approval.deadline });
}

function hear(voice: Voice, { digests, context }: Hearing): Heard {
  const digest = digests[voice.intent];
  const isOwn = voice.account !== undefined && isSigner(voice.account, "contract", context);
  if (!isOwn && context.siblings.some((sibling) => isSaidTo(sibling, voice))) return { voice };
  if (voice.account) return hearContract(voice, voice.account, digest, context);
  const form = readForm(voice.signature);
  if ("refusal" in form) return { voice, refusal: form.refusal };
  const { signature } = form;
  const recovered = recoverSigner(digest, signature);
  if (!recovered || !isSigner(recovered, "account", context)) return { voice, unmatched: { signature, recovered } };
  return { voice, entry: { signer: recovered, kind: "account", signature } };
}

function isSaidTo({ proposal, records }: Sibling, { account, intent, signature }: Voice): boolean {
  if (account) return records.some(({ contractSigners }) => contractSigners.includes(account));
  const signer = recoverSigner(intent === "sign" ? proposal.digest : rejectionDigest(proposal), signature);
  return signer !== undefined && records.some(({ signers }) => signers.includes(signer));
}

function hearContract(voice: Voice, account: Address, digest: Bytes32, context: CountContext): Heard {
  if (!isSigner(account, "contract", context)) return { voice, refusal: { code: "no-signer", recovered: account } };
  const answer = context.contractSignatures.find(
    (fact) => fact.account === account && fact.digest === digest && fact.signature === voice.signature,
  );
  if (!answer?.valid) return { voice, refusal: { code: "contract-refused", signer: account } };
  return { voice, entry: { signer: account, kind: "contract", signature: voice.signature } };
}

function readForm(text: Hex): { signature: Hex } | { refusal: Refusal } {
  try {
    return { signature: parseAccountSignature(text) };
  } catch (error) {
    if (error instanceof CountersignError) return { refusal: { code: "malformed", detail: error.message } };
    throw error;
  }
}

function isSigner(account: Address, kind: SignerSignature["kind"], { records }: CountContext): boolean {
  return records.some(
    ({ signers, contractSigners }) =>
      signers.includes(account) && contractSigners.includes(account) === (kind === "contract"),
  );
}

function sortOut(heard: readonly Heard[]) {
  const approvals = new Map<Address, Heard>();
  const rejections = new Map<Address, Heard>();
  const repeated: RefusedPost[] = [];
  for (const one of heard) {
    if (!one.entry) continue;
    const { signer } = one.entry;
    const said = one.voice.intent === "sign" ? approvals : rejections;
    if (said.has(signer)) repeated.push({ ...one.voice.where, refusal: { code: "twice", signer } });
    else said.set(signer, one);
  }
  return { approvals, rejections, repeated };
}

function toRefused(heard: readonly Heard[], hearing: Hearing): RefusedPost[] {
  const puzzling = new Set(heard.filter(({ unmatched }) => unmatched).slice(0, maxDiagnosed));
  return heard.flatMap((one) => {
    const { voice, unmatched } = one;
    const refusal = unmatched ? findRefusal(voice, unmatched, puzzling.has(one) ? hearing : undefined) : one.refusal;
    return refusal ? [{ ...voice.where, refusal }] : [];
  });
}

function findRefusal(
  { intent }: Voice,
  { signature, recovered }: NonNullable<Heard["unmatched"]>,
  hearing: Hearing | undefined,
): Refusal {
  return hearing ? diagnose(signature, recovered, { intent, ...hearing }) : { code: "no-signer", recovered };
}

interface Said {
  readonly approvals: ReadonlyMap<Address, Heard>;
  readonly rejections: ReadonlyMap<Address, Heard>;
  readonly votes: VoteFacts | undefined;
}

function toTally(record: ContractRecord, said: Said): Tally {
  const signers = record.signers.map((signer) => toStand(signer, said));
  const count = (stand: SignerStand["stand"]) => signers.filter((one) => one.stand === stand).length;
  return {
    contract: record.contractAddress,
    needed: record.minSignatures,
    signed: count("signed"),
    rejected: count("rejected"),
    signers,
  };
}

/** What he said on chain counts as what he said in a post; an approval that he revoked does not count there either. */
function toStand(signer: Address, { approvals, rejections, votes }: Said): SignerStand {
  const against = rejections.get(signer);
  if (against) return { signer, stand: "rejected", where: against.voice.where };
  if (votes?.rejected.includes(signer)) return { signer, stand: "rejected" };
  const inFavour = approvals.get(signer);
  if (!inFavour) return { signer, stand: "missing" };
  return { signer, stand: votes?.revoked.includes(signer) ? "revoked" : "signed", where: inFavour.voice.where };
}

/** Rejections that make the quorum unreachable end a proposal (protocol §6). */
export function isRejected(tally: Tally): boolean {
  return tally.rejected >= tally.signers.length - tally.needed + 1;
}

export function isApproved(tally: Tally): boolean {
  return tally.signed >= tally.needed;
}

/**
 * As few signatures as make every record's quorum: a junk or surplus one could make `finalize` revert or cost more.
 * A signer of several records is taken first for the next one too.
 */
export function selectMinimal(tallies: readonly Tally[], signatures: readonly SignerSignature[]): SignerSignature[] {
  const chosen = new Set<Address>();
  for (const tally of tallies) {
    const willing = tally.signers.filter(({ stand }) => stand === "signed").map(({ signer }) => signer);
    const ordered = willing.toSorted((left, right) => Number(chosen.has(right)) - Number(chosen.has(left)));
    for (const signer of ordered.slice(0, tally.needed)) chosen.add(signer);
  }
  return signatures.filter(({ signer }) => chosen.has(signer));
}
