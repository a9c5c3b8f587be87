import { openContent } from "./content.ts";
import { type Change, endOfHistory, writeChange, writeCommit } from "./fast-import.ts";
import { openRandom } from "./random.ts";

const commitCount = 400;
const changesPerCommit = 5;
const changesPerPush = 3;
/** So many files, the same ones, are edited again and again: their versions become deltas. */
const editedCount = 1_000;

/**
 * A deep history as `git fast-import` reads it: on `main` all files, then 400 commits that edit five of them each; on
 * `push` one more that edits three.
 */
export function* writeHistory(seed: string): Generator<Buffer> {
  const random = openRandom(seed);
  const content = openContent(random);
  const edited: Change[] = [];

  function* edit(count: number): Generator<Buffer> {
    for (let left = count; left > 0; left--) {
      const at = random.below(edited.length);
      const { path, bytes } = edited[at] as Change;
      edited[at] = { path, bytes: content.edit(bytes) };
      yield* writeChange(edited[at]);
    }
  }

  yield writeCommit("main", { number: 0 });
  for (const file of content.files()) {
    if (file.path.endsWith(".txt") && edited.length < editedCount) edited.push(file);
    yield* writeChange(file);
  }
  for (let number = 1; number <= commitCount; number++) {
    yield writeCommit("main", { number });
    yield* edit(changesPerCommit);
  }
  yield writeCommit("push", { number: commitCount + 1, from: "main" });
  yield* edit(changesPerPush);
  yield endOfHistory;
}
