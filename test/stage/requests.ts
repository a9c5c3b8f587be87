import { countRequests, type RequestCount } from "./count.ts";
import { awaitCheck, awaitComment, review, reviewer, say, signTyped } from "./people.ts";
import { openPlay, type Play, projectAt } from "./play.ts";
import { signerAt } from "./project.ts";
import { repo } from "./stage.ts";
import { openPull, pushTo } from "./upgrade.ts";

/** What the App asks of GitHub for one event each. Cold: its first one, before it knows itself or has a token. */
export interface RequestFigures {
  readonly openedCold: RequestCount;
  readonly opened: RequestCount;
  readonly comment: RequestCount;
  readonly review: RequestCount;
  readonly push: RequestCount;
  readonly strayPush: RequestCount;
  readonly merge: RequestCount;
}

/** The events by their names in the README, in its order, and what an installation should pay for one at most. */
export const events = {
  openedCold: ["pull request opened, the App just started", 12],
  opened: ["pull request opened", 12],
  comment: ["comment that says nothing to the App", 8],
  review: ["review with a signature", 8],
  push: ["push that does not touch the directory", 5],
  strayPush: ["push to a branch that nothing is proposed against", 0],
  merge: ["merge, to the finalized record", 24],
} as const satisfies Record<keyof RequestFigures, readonly [string, number]>;

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
  const people = [stage.owner, stage.dev, reviewer(stage, 0), reviewer(stage, 1)].map(({ token }) => token);
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
  const comment = await awaitComment(stage, number);
  const sign = async (index: number) => {
    const signature = await signTyped(signerAt(second, index), comment);
    await review(reviewer(stage, index), number, `/countersign sign ${signature}`);
  };
  const figures = {
    openedCold,
    opened,
    comment: await count(() => say(stage.dev, number, "Looks good")),
    review: await count(() => sign(0)),
    push: await count(() => pushTo(stage, branch, { "docs/notes.md": "Notes\n" })),
    strayPush: await count(() => stage.work.git("push", "--quiet", "origin", "HEAD:refs/heads/stray")),
  };
  await count(() => sign(1));
  return { ...figures, merge: await count(() => stage.owner.api.pulls.merge({ ...repo, pull_number: number })) };
}
