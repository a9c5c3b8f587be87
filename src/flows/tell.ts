import { ensureCheckRun } from "../act/ensure-check.ts";
import { ensureComment } from "../act/ensure-comment.ts";
import { ensureReply } from "../act/ensure-reply.ts";
import type { GithubClient } from "../clients/github.ts";
import { explainCheck } from "../explain/check.ts";
import { explainComment, explainNothing } from "../explain/comment.ts";
import { explainReply } from "../explain/reply.ts";
import type { AppIdentity, Pull } from "../facts.ts";
import type { PullObservation } from "../observe/pull.ts";
import { toReplyMarker } from "../protocol/reply-marker.ts";
import type { PullVerdict } from "../verdict.ts";

/** Shows a verdict where people look: the check, the sticky comment, the answers that somebody asked for. */
export async function tellPull(
  { facts, sticky }: PullObservation,
  verdict: PullVerdict,
  { github, app }: { readonly github: GithubClient; readonly app: AppIdentity },
): Promise<void> {
  const { pull, now, earlier } = facts;
  const { number } = pull;
  const body = explainComment(verdict, { pull, earlier }) ?? (sticky && explainNothing(verdict, { pull, earlier }));
  if (body !== undefined) await ensureComment(body, { github, number, sticky });
  for (const reply of verdict.replies) {
    const words = { marker: toReplyMarker(reply.post), words: explainReply(reply, verdict) };
    await ensureReply(words, { github, number });
  }
  if (await isSpokenForElsewhere(pull, github)) return;
  await ensureCheckRun(explainCheck(verdict), { github, app, head: pull.head, now });
}

/** A closed pull request leaves the check of its commit to an open one that has the same head. */
async function isSpokenForElsewhere({ state, head, number }: Pull, github: GithubClient): Promise<boolean> {
  if (state !== "closed") return false;
  const pulls = await github.listPullsOfCommit(head);
  return pulls.some((one) => one.state === "open" && one.head.sha === head && one.number !== number);
}
