import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awaitVersion, countFinalizing, readVersion } from "../stage/chain.ts";
import { awaitCheck, awaitComment, review, reviewer, say, signRejection, signTyped } from "../stage/people.ts";
import { openPlay, type Play, projectAt } from "../stage/play.ts";
import { signerAt } from "../stage/project.ts";
import { repo } from "../stage/stage.ts";
import { openPull, pushTo } from "../stage/upgrade.ts";
import { until } from "../stage/wait.ts";
import { effort } from "./settings.ts";

/** What people, GitHub and the machine may do to one open pull request, in any order. */
type Step =
  | { readonly kind: "sign" | "reject" | "wrong"; readonly signer: number }
  | { readonly kind: "push" | "stray" | "kill" | "status" | "reopen" };

const signers = 5;
const threshold = 3;
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("sign" as const), signer: fc.nat(signers - 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("reject" as const, "wrong" as const), signer: fc.nat(signers - 1) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("push" as const, "stray" as const, "status" as const, "reopen" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const) }) },
);
const history = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 12 }),
  method: fc.constantFrom("merge" as const, "squash" as const, "rebase" as const),
  /** What becomes of each webhook in turn. */
  fates: fc.array(fc.constantFrom(undefined, undefined, "lost" as const, "repeated" as const, "delayed" as const), {
    minLength: 1,
    maxLength: 7,
  }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const histories = fc.sample(history, { numRuns: effort.histories, seed: effort.seed });
let play: Play;

beforeAll(async () => {
  play = await openPlay({ records: { paths: histories.map((_, index) => `rules/${index}`), signers, threshold } });
});

afterAll(async () => expect(await play?.end()).toEqual([]));

// Repeat one of these with its COUNTERSIGN_SEED.
describe(`whatever happens to a pull request and its webhooks (seed ${effort.seed})`, () => {
  it.each(histories.map((one, index) => ({ index, words: one.steps.map(({ kind }) => kind).join(" "), one })))(
    "it ends as its signatures say, after the next start: $index $words",
    async ({ index, one }) => {
      const project = projectAt(play, index);
      const { stage } = play;
      await stage.work.git("pull", "--quiet", "--rebase", "origin", "main");
      const files = { [`${project.path}/Rules.txt`]: `Second ${index}\n` };
      const pull = await openPull(stage, project, { branch: `history-${index}`, files });
      await awaitComment(stage, pull.number);
      const expected = await act(one, { index, number: pull.number, branch: pull.branch });
      await stage.owner.api.pulls.merge({ ...repo, pull_number: pull.number, merge_method: one.method });
      await stage.github.idle();
      stage.github.webhooks.misfortune = undefined;
      await play.bot.stop("SIGKILL");
      await play.start();
      await expectEnd(index, pull.number, expected);
    },
  );
});

interface Expected {
  readonly signed: ReadonlySet<number>;
  readonly rejected: ReadonlySet<number>;
}

interface Opened {
  readonly index: number;
  readonly number: number;
  readonly branch: string;
}

/** Does the steps, and keeps count as the protocol says: §5 and §6, without a line of the App's. */
async function act({ steps, fates }: History, opened: Opened): Promise<Expected> {
  let deliveries = 0;
  play.stage.github.webhooks.misfortune = () => fates[deliveries++ % fates.length];
  const [signed, rejected] = [new Set<number>(), new Set<number>()];
  for (const [nth, one] of steps.entries()) {
    if ("signer" in one) await post(one, opened);
    else await move(one.kind, { ...opened, nth });
    if (one.kind === "sign") signed.add(one.signer);
    if (one.kind === "reject") rejected.add(one.signer);
    if (one.kind === "push") for (const said of [signed, rejected]) said.clear();
  }
  return { signed, rejected };
}

async function post({ kind, signer }: Extract<Step, { signer: number }>, { index, number }: Opened): Promise<void> {
  const comment = await readProposal(index, number);
  const wallet = signerAt(projectAt(play, index), signer);
  const lines = {
    sign: async () => `sign ${await signTyped(wallet, comment)}`,
    reject: async () => `reject ${await signRejection(wallet, comment)}`,
    wrong: async () => `sign ${await signTyped(wallet, comment, postpone)}`,
  };
  await review(reviewer(play.stage, signer), number, `/countersign ${await lines[kind]()}`);
}

function postpone(typed: { message: { deadline: string } }): void {
  typed.message.deadline = "1999999999";
}

async function move(
  kind: Exclude<Step, { signer: number }>["kind"],
  { index, number, branch, nth }: Opened & { readonly nth: number },
): Promise<void> {
  const { stage } = play;
  const moves = {
    push: () => pushTo(stage, branch, { [`${projectAt(play, index).path}/More.txt`]: `More ${nth}\n` }),
    stray: () => pushTo(stage, branch, { [`docs/${index}-${nth}.md`]: "Stray\n" }),
    status: () => say(stage.dev, number, "/countersign status"),
    kill: async () => {
      await play.bot.stop("SIGKILL");
      await play.start();
    },
    reopen: async () => {
      for (const state of ["closed", "open"] as const)
        await stage.dev.api.pulls.update({ ...repo, pull_number: number, state });
    },
  };
  await moves[kind]();
}

/** The comment for the head as it is now: where its webhook was lost, somebody has to ask for it. */
async function readProposal(index: number, number: number): Promise<string> {
  const { stage } = play;
  const { path } = projectAt(play, index);
  const last = await stage.work.git("rev-list", "-1", `history-${index}`, "--", path);
  let asked = 0;
  return until("the comment for this head", async () => {
    const { data } = await stage.owner.api.issues.listComments({ ...repo, issue_number: number, per_page: 100 });
    const body = data.find(({ body = "" }) => body.startsWith("<!-- countersign {"))?.body ?? "";
    if (body.includes(`/tree/${last}/`) && body.includes("```json")) return body;
    if (asked++ % 20 === 10) await say(stage.dev, number, "/countersign status");
    return undefined;
  });
}

async function expectEnd(index: number, number: number, { signed, rejected }: Expected): Promise<void> {
  const { stage } = play;
  const project = projectAt(play, index);
  const { data } = await stage.owner.api.pulls.get({ ...repo, pull_number: number });
  const counted = [...signed].filter((signer) => !rejected.has(signer)).length;
  if (rejected.size >= signers - threshold + 1) {
    await awaitComment(stage, number, "Countersign: Rejected");
    await awaitCheck(stage, data.head.sha, "failure");
  } else if (counted >= threshold) {
    await awaitVersion(project, 2);
    await awaitComment(stage, number, "Finalized on chain in transaction");
    await awaitCheck(stage, data.head.sha, "success");
    expect(await countFinalizing(stage, project)).toBe(1);
    return;
  } else {
    await awaitComment(stage, number, "Merged before enough signers had signed.");
    await awaitComment(stage, number, `#### ${counted} of ${threshold} signed`);
    await awaitCheck(stage, data.head.sha, "in_progress");
  }
  await readVersion(project, 1);
  expect(await countFinalizing(stage, project)).toBe(0);
}
