import type { Post, PullFacts } from "../facts.ts";
import type { ProposalVerdict, Reply } from "../verdict.ts";
import { deadlineOf, findRequest, mayDecide } from "./requests.ts";

/**
 * Answers that nobody gave yet, one for each post, and only where check and comment do not say it: a step that has not
 * come about, a word without effect, what a new proposal voids.
 */
export function decideReplies(facts: PullFacts, proposals: readonly ProposalVerdict[]): Reply[] {
  return facts.posts
    .filter((post) => !facts.answered.some(({ kind, id }) => kind === post.kind && id === post.id))
    .flatMap((post) => toReplies(post, facts, proposals).slice(0, 1));
}

/** What is older was answered by whatever came since; in seconds. */
const freshness = 86_400;

/** The comments that are shown at once that their commands were heard. GitHub takes no such sign on a review by REST. */
export function decideGreetings(unseen: readonly Pick<Post, "id" | "createdAt">[], now: number): readonly number[] {
  return unseen.filter(({ createdAt }) => now - createdAt < freshness).map(({ id }) => id);
}

type Answer = Reply extends infer One ? (One extends Reply ? Omit<One, "post"> : never) : never;

function toReplies(post: Post, facts: PullFacts, proposals: readonly ProposalVerdict[]): Reply[] {
  const { kind, id } = post;
  return post.commands.flatMap((command): Reply[] => {
    const answer = toAnswer(command, post, { facts, proposals });
    return answer ? [{ post: { kind, id }, ...answer } as Reply] : [];
  });
}

function toAnswer(
  command: Post["commands"][number],
  post: Post,
  { facts, proposals }: { facts: PullFacts; proposals: readonly ProposalVerdict[] },
): Answer | undefined {
  switch (command.kind) {
    case "malformed":
      return { kind: "malformed", line: command.line, expected: command.expected };
    case "help":
    case "status":
    case "cancel":
      return { kind: command.kind };
    case "finalize":
    case "schedule":
    case "execute":
      return hasCome(command.kind, proposals) ? undefined : { kind: command.kind };
    case "propose":
      return mayDecide(post, facts.pull) ? toVoided(post, facts, proposals) : toDenied(command.kind, post);
    case "withdraw":
      return mayDecide(post, facts.pull) ? undefined : toDenied(command.kind, post);
    default:
      return undefined;
  }
}

function hasCome(step: "finalize" | "schedule" | "execute", proposals: readonly ProposalVerdict[]): boolean {
  const states = step === "schedule" ? ["scheduled", "finalized"] : ["finalized"];
  return proposals.length > 0 && proposals.every(({ state }) => states.includes(state));
}

function toDenied(command: "propose" | "withdraw", { author }: Post): Answer {
  return { kind: "denied", command, author };
}

/** Whose approvals, posted before, the new deadline has voided. */
function toVoided(post: Post, facts: PullFacts, proposals: readonly ProposalVerdict[]): Answer | undefined {
  if (findRequest(facts)?.post !== post) return undefined;
  const before = new Set(facts.posts.filter((one) => one.createdAt <= post.createdAt).map(({ url }) => url));
  const signers = proposals
    .flatMap(({ refused }) => refused)
    .flatMap(({ url, refusal }) => (refusal.code === "earlier-proposal" && before.has(url) ? [refusal.signer] : []));
  if (signers.length === 0) return undefined;
  return { kind: "voided", deadline: deadlineOf(facts), signers: [...new Set(signers)] };
}
