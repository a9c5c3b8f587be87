import { approve, awaitCheck, awaitComment } from "./people.ts";
import type { Play } from "./play.ts";
import type { Project } from "./project.ts";
import { digestOf } from "./rules.ts";
import { repo } from "./stage.ts";
import { openPull } from "./upgrade.ts";
import { until } from "./wait.ts";

/** A pull request with a new version, approved by enough signers. */
export async function openAgreed({ stage }: Play, project: Project, branch: string) {
  await stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
  const files = { [`${project.path}/Rules.txt`]: `More of ${branch}\n` };
  const pull = await openPull(stage, project, { branch, files });
  const comment = await awaitComment(stage, pull.number);
  await approve(stage, pull.number, { wallets: project.signers.slice(0, project.threshold), comment });
  await awaitCheck(stage, pull.head, "success");
  const approved = await awaitComment(stage, pull.number, "Approved by enough signers");
  return { ...pull, comment, approved, digest: digestOf(project, comment) };
}

/** The same, merged. */
export async function mergeApproved(play: Play, project: Project, branch: string) {
  const pull = await openAgreed(play, project, branch);
  await play.stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number });
  return pull;
}

/** Our answer to a comment, once it is there. */
export async function awaitReply({ stage }: Play, number: number, comment: number): Promise<string> {
  return until(`an answer to ${comment}`, async () => {
    const { data } = await stage.owner.api.issues.listComments({ ...repo, issue_number: number, per_page: 100 });
    return data.find(({ body }) => body?.startsWith(`<!-- countersign-reply comment ${comment} -->`))?.body;
  });
}

/** The calldata that a comment or an answer shows under this title. */
export function dataUnder(text: string, title: string): string {
  const data = /```\n(0x[0-9a-f]+)\n```/.exec(text.slice(text.indexOf(title)))?.[1];
  if (data === undefined) throw new Error(`no data under ${title}`);
  return data;
}
