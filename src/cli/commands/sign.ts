import { confirm } from "@inquirer/prompts";
import type { Command } from "commander";
import type { Wallet } from "ethers";
import type { Posted } from "../../act/ensure-review.ts";
import { failure } from "../../errors.ts";
import { explainBallot, explainPosting, publicNotice } from "../../explain/ballot.ts";
import {
  type Draft,
  postSigned,
  prepareSigning,
  type SignedDraft,
  type Signing,
  signDrafts,
} from "../../flows/sign.ts";
import type { Sources } from "../../observe/pull.ts";
import type { Answer } from "../answer.ts";
import { parsePullUrl } from "../arguments.ts";
import { openRegistries, openSources } from "../clients.ts";
import { readWallet } from "../key.ts";
import { addChainOptions, addKeyOptions, type ChainOptions, finish, type KeyOptions } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";
import { parseChainId, readGithub } from "../settings.ts";

interface Options extends ChainOptions, KeyOptions {
  readonly reject?: boolean;
  readonly post?: boolean;
  readonly yes?: boolean;
}

export function addSign(program: Command, run: Run): void {
  const command = program
    .command("sign")
    .description("derive what a pull request proposes, sign it and post the signature as your review")
    .argument("<pull>", "address of the pull request")
    .option("--reject", "sign against it")
    .option("--post", "post the signature (needs GITHUB_TOKEN; done by default where it is set)")
    .option("--no-post", "print the line to post and post nothing")
    .option("--yes", "do not ask before signing")
    .action((url: string, options: Options) => run((session) => answerSign(url, options, session)));
  finish(addKeyOptions(addChainOptions(command)), [
    "countersign sign https://github.com/acme/vault/pull/7 --keystore key.json",
    "countersign sign https://github.com/acme/vault/pull/7 --reject --no-post",
  ]);
}

async function answerSign(url: string, options: Options, session: Session): Promise<Answer> {
  const github = readGithub(session.environment);
  const ref = parsePullUrl(url, github.host);
  if (options.post && github.token === undefined)
    throw failure("SETTING_INVALID", "GITHUB_TOKEN: expected with --post");
  const { chain, ...anyChain } = options;
  const chainId = chain === undefined ? undefined : parseChainId(chain);
  const registries = await openRegistries(anyChain, session);
  const sources = await openSources(ref, { github, registries, session });
  const intent = options.reject ? "reject" : "sign";
  const work = () => prepareSigning(ref, { intent, chainId }, { sources, now: session.now() });
  const signing = await session.progress.during("Reading the pull request, its commits and the chain", work);
  show(signing, session);
  const wallet = await readWallet(options, session);
  if (!wallet) return answerUnsigned(signing, session);
  await assertWanted(options, session);
  const signed = await signDrafts(signing, wallet, sources);
  const isPosting = github.token !== undefined && options.post !== false;
  const posted = isPosting ? await post(signed, signing, { sources, session }) : undefined;
  return answerSigned(signed, { wallet, posted, session });
}

/** Shown before anything is signed: the same hashes as a hardware wallet shows (threats.md 116). */
function show({ drafts, comment }: Signing, { progress }: Session): void {
  for (const { ballot, verdict } of drafts) progress.note(`${explainBallot(ballot, verdict)}\n`);
  progress.note(
    comment ? "The comment on the pull request says the same." : "No comment of the bot to compare with was found.",
  );
  progress.note("What the chain says comes from one RPC: name one that you trust.");
  progress.note(publicNotice);
}

async function assertWanted({ yes }: Options, { isInteractive }: Session): Promise<void> {
  if (yes || !isInteractive) return;
  const isWanted = await confirm({ message: "Sign this?", default: false }, { output: process.stderr });
  if (!isWanted) throw failure("USAGE", "nothing was signed");
}

async function post(
  signed: readonly SignedDraft[],
  { facts }: Signing,
  { sources, session }: { sources: Sources; session: Session },
): Promise<Posted | undefined> {
  return session.progress.during("Posting", () => postSigned(signed, { ...sources, facts }));
}

/** Without a key: the message for any wallet, and how to post what it returns. */
function answerUnsigned({ drafts, facts }: Signing, { progress }: Session): Answer {
  const hasContracts = facts.contracts.some(({ onChain }) => (onChain?.record?.contractSigners.length ?? 0) > 0);
  for (const { ballot } of drafts.slice(0, 1))
    progress.note(explainPosting(ballot, { url: facts.pull.url, hasContracts }));
  const text = drafts.map(({ ballot }) => JSON.stringify(ballot.typedData, null, 2)).join("\n");
  const proposals = drafts.map((draft) => ({ ...toDraftJson(draft), typedData: draft.ballot.typedData }));
  return { exit: 0, text, json: { signer: null, proposals, posted: null } };
}

function answerSigned(
  signed: readonly SignedDraft[],
  { wallet, posted, session }: { wallet: Wallet; posted: Posted | undefined; session: Session },
): Answer {
  for (const { earlier } of signed) if (earlier) session.progress.note(`Said before, and counted: ${earlier.url}`);
  if (posted) session.progress.note(`Posted: ${posted.url}`);
  const proposals = signed.map((draft) => ({ ...toDraftJson(draft), signature: draft.signature, line: draft.line }));
  const json = { signer: wallet.address, proposals, posted: posted ?? null };
  return { exit: 0, text: signed.map(({ line }) => line).join("\n"), json };
}

function toDraftJson({ ballot, verdict }: Draft): object {
  const { intent, domain, digest, structHash, domainHash } = ballot;
  const { approval } = verdict.proposal;
  const { changes } = verdict;
  return { intent, ...domain, digest, structHash, domainHash, deadline: approval.deadline, changes };
}
