import { ensureCheckRun } from "../act/ensure-check.ts";
import { ensureComment } from "../act/ensure-comment.ts";
import { ensureReply } from "../act/ensure-reply.ts";
import { explainHead } from "../explain/check.ts";
import { explainComment, explainNothing } from "../explain/comment.ts";
import { explainReply } from "../explain/reply.ts";
import type { AppIdentity } from "../facts.ts";
import type { PullObservation, Sources } from "../observe/pull.ts";
import { toReplyMarker } from "../protocol/reply-marker.ts";
import type { PullVerdict } from "../verdict.ts";
import { findSpeaker } from "./shared-head.ts";

/** Shows a verdict where people look: the check, the sticky comment, the answers that somebody asked for. */
export async function tellPull(
  { facts, sticky }: PullObservation,
  verdict: PullVerdict,
  clients: Sources & { readonly app: AppIdentity },
): Promise<void> {
  const { github, app } = clients;
  const { pull, now, earlier } = facts;
  const { number } = pull;
  const body = explainComment(verdict, { pull, earlier }) ?? (sticky && explainNothing(verdict, { pull, earlier }));
  if (body !== undefined) await ensureComment(body, { github, number, sticky });
  for (const reply of verdict.replies) {
    const words = { marker: toReplyMarker(reply.post), words: explainReply(reply, verdict) };
    await ensureReply(words, { github, number });
  }
  const speaker = await findSpeaker(facts, verdict, clients);
  if (speaker) await ensureCheckRun(explainHead(speaker, number), { github, app, head: pull.head, now });
}
