import type { Row } from "../row.ts";
import { runOurs } from "./process.ts";
import type { GeneratedRepository } from "./repository.ts";
import { takeBest } from "./rounds.ts";
import { type Subject, toLastTime, toRequest, toTimeRow } from "./whole-tree.ts";

/**
 * What a preview pays for a push that changes three files, the blobs of the commit before it being known. Six pushes came
 * before: the App has run for long.
 */
export async function measurePush(
  subject: Subject & Pick<GeneratedRepository, "earlier" | "pushed">,
  rounds: number,
): Promise<readonly Row[]> {
  const { name, earlier, commit, pushed } = subject;
  const request = { ...toRequest(subject), commits: [...earlier, ...earlier, ...earlier, commit, pushed] };
  const best = await takeBest(rounds, {
    whole: async () => toLastTime(await runOurs(request)),
    push: async () => toLastTime(await runOurs({ ...request, blobs: "remembered" })),
  });
  return [
    toTimeRow({
      name: `${name}: push of three files, running process, known blobs in memory`,
      unit: "ms",
      ours: best.push,
      reference: best.whole,
      referenceName: "ours, whole, of the same commit (aim: 0.05)",
    }),
  ];
}
