import type { HDNodeWallet } from "ethers";
import { rejectionTypes } from "../../src/protocol/approval.ts";
import { parseMarker } from "../../src/protocol/approval-block.ts";
import type { Person } from "../stand-in/people.ts";
import { repo, type Stage } from "./stage.ts";
import { until } from "./wait.ts";

/** The sticky comment of a pull request, once it is there and says this. */
export async function awaitComment(stage: Stage, number: number, saying: RegExp | string = ""): Promise<string> {
  const { owner } = stage;
  let seen = "no comment";
  return until(`a comment saying ${saying}`, async () => {
    const { data } = await owner.api.issues.listComments({ ...repo, issue_number: number, per_page: 100 });
    const body = data.find((comment) => parseMarker(comment.body ?? ""))?.body ?? undefined;
    seen = body ?? seen;
    const says = body !== undefined && (typeof saying === "string" ? body.includes(saying) : saying.test(body));
    return says ? body : undefined;
  }).catch((error) => {
    throw new Error(`${error.message}${tellUntaken(stage)}\nlast seen:\n${seen}`);
  });
}

/** Webhooks that the App refused or did not answer in GitHub's time (0): nobody sends them again. */
function tellUntaken({ github }: Stage): string {
  const untaken = github.webhooks.log.filter(({ status }) => status !== 202);
  return untaken
    .map(({ event, status, deliveredAt }) => `\nnot taken: ${event} (${status}) at ${deliveredAt}`)
    .join("");
}

/** The check run of a commit, once it has this conclusion, status or title. */
export async function awaitCheck({ owner }: Stage, ref: string, state: string) {
  let seen = "no check";
  return until(`the check to be ${state}`, async () => {
    const { data } = await owner.api.checks.listForRef({ ...repo, ref, check_name: "countersign", filter: "latest" });
    const run = data.check_runs[0];
    seen = JSON.stringify(run?.output) ?? seen;
    return run && [run.conclusion, run.status, run.output.title].includes(state) ? run : undefined;
  }).catch((error) => {
    throw new Error(`${error.message}; last seen: ${seen}`);
  });
}

/** What the comment offers to any wallet. */
export function readTypedData(comment: string) {
  const [, json] = /```json\n([\s\S]*?)\n```/.exec(comment) ?? [];
  if (json === undefined) throw new Error("the comment has no typed message");
  return JSON.parse(json);
}

/** Signs the comment's typed message with a wallet, changed where asked, as any wallet would. */
export async function signTyped(
  wallet: HDNodeWallet,
  comment: string,
  change: (typed: ReturnType<typeof readTypedData>) => void = () => undefined,
): Promise<string> {
  const typed = readTypedData(comment);
  change(typed);
  const { EIP712Domain: _, ...types } = typed.types;
  return wallet.signTypedData(typed.domain, types, typed.message);
}

/** Signs against the proposal of the comment. */
export async function signRejection(wallet: HDNodeWallet, comment: string): Promise<string> {
  const { domain, message } = readTypedData(comment);
  const digest = /digest <code>(0x[0-9a-f]{64})/.exec(comment)?.[1];
  return wallet.signTypedData(domain, rejectionTypes, { digest, deadline: message.deadline });
}

export async function review(person: Person, number: number, body: string): Promise<number> {
  const { data } = await person.api.pulls.createReview({ ...repo, pull_number: number, event: "APPROVE", body });
  return data.id;
}

/** A comment that is no review. */
export async function say(person: Person, number: number, body: string): Promise<number> {
  const { data } = await person.api.issues.createComment({ ...repo, issue_number: number, body });
  return data.id;
}

/** Enough signers approve, each in a review of their own account. */
export async function approve(
  stage: Stage,
  number: number,
  { wallets, comment }: { wallets: readonly HDNodeWallet[]; comment: string },
): Promise<void> {
  for (const [index, wallet] of wallets.entries()) {
    const person = reviewer(stage, index);
    await review(person, number, `Read it.\n\n/countersign sign ${await signTyped(wallet, comment)}\n`);
  }
}

const reviewers = new WeakMap<Stage, Person[]>();

/** The account of the signer with this index; made at first use. */
export function reviewer(stage: Stage, index: number): Person {
  const known = reviewers.get(stage) ?? [];
  reviewers.set(stage, known);
  known[index] ??= stage.github.createPerson(`signer-${index + 1}`);
  return known[index];
}
