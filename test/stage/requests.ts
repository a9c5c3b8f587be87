import { countRequests, type RequestCount } from "./count.ts";
import { awaitCheck, awaitComment, review, reviewer, signTyped } from "./people.ts";
import { openPlay, type Play, projectAt } from "./play.ts";
import { signerAt } from "./project.ts";
import { openPull, pushTo } from "./upgrade.ts";

/** What the App asks of GitHub for one event each. Cold: its first one, before it knows itself or has a token. */
export interface RequestFigures {
  readonly openedCold: RequestCount;
  readonly opened: RequestCount;
  readonly review: RequestCount;
  readonly push: RequestCount;
  readonly strayPush: RequestCount;
}

/** For the test that limits them, and the benchmark that prints them. */
export async function measureRequests(): Promise<{ figures: RequestFigures; violations: readonly string[] }> {
  const play = await openPlay({ records: { paths: ["rules/a", "rules/b"] } });
  try {
    return { figures: await measure(play), violations: play.stage.github.violations };
  } finally {
    await play.end();
  }
}

async function measure({ stage, ...play }: Play): Promise<RequestFigures> {
  const people = [stage.owner, stage.dev, reviewer(stage, 0)].map(({ token }) => token);
  const count = (act: () => Promise<unknown>) => countRequests(stage.github, act, { people });
  const [first, second] = [projectAt(play, 0), projectAt(play, 1)];
  const open = (project: typeof first, branch: string) =>
    openPull(stage, project, { branch, files: { [`${project.path}/Rules.txt`]: `${branch}\n` } });

  const openedCold = await count(() => open(first, "first"));
  let pull: Awaited<ReturnType<typeof open>> | undefined;
  const opened = await count(async () => {
    pull = await open(second, "second");
  });
  const { number, branch, head } = pull ?? (await open(second, "second"));
  await awaitCheck(stage, head, "in_progress");
  const signature = await signTyped(signerAt(second, 0), await awaitComment(stage, number));
  return {
    openedCold,
    opened,
    review: await count(() => review(reviewer(stage, 0), number, `/countersign sign ${signature}`)),
    push: await count(() => pushTo(stage, branch, { "docs/notes.md": "Notes\n" })),
    strayPush: await count(() => stage.work.git("push", "--quiet", "origin", "HEAD:refs/heads/stray")),
  };
}
