import { tipOf } from "./git/bare.ts";
import { mergeTrees, writeCommit } from "./git/merging.ts";
import { hub } from "./identity.ts";
import type { Pull } from "./state.ts";
import type { World } from "./world.ts";

/** GitHub merges each open pull request on trial, some time after it is asked, and keeps the last result in refs/pull/N/merge. */
export interface TestMerges {
  /** While true nothing is tried: the ref is missing or stays stale, and `mergeable` is null. */
  held: boolean;
  /** Whether it can be merged, as far as is known now; asks for a new trial when that is not known. */
  mergeable(pull: Pull): Promise<boolean | null>;
  /** Makes the trial merge of this moment. */
  run(pull: Pull): Promise<void>;
  idle(): Promise<void>;
}

export function createTestMerges(world: World): TestMerges {
  const running = new Map<Pull, Promise<void>>();
  const tests: TestMerges = {
    held: false,
    async mergeable(pull) {
      const base = await tipOf(pull.repository.git, `refs/heads/${pull.base.ref}`);
      const test = pull.testMerge;
      if (test && test.base === base && test.head === pull.head.sha) return test.sha !== undefined;
      if (!tests.held && pull.state === "open") void tests.run(pull);
      return null;
    },
    run(pull) {
      const trial = running.get(pull) ?? tryMerge(world, pull).finally(() => running.delete(pull));
      running.set(pull, trial);
      return trial;
    },
    async idle() {
      await Promise.allSettled(running.values());
    },
  };
  return tests;
}

async function tryMerge(world: World, pull: Pull): Promise<void> {
  const { git } = pull.repository;
  const [base, head] = [await tipOf(git, `refs/heads/${pull.base.ref}`), pull.head.sha];
  if (base === undefined) return;
  const tree = await mergeTrees(git, base, head);
  const author = hub(world);
  const sha =
    tree &&
    (await writeCommit(git, tree, {
      parents: [base, head],
      message: `Merge ${head} into ${base}`,
      author,
      committer: author,
    }));
  if (sha !== undefined) await git.run(["update-ref", `refs/pull/${pull.number}/merge`, sha]);
  pull.testMerge = { base, head, sha };
}
