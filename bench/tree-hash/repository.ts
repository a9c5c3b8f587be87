import { makeRepository } from "./fast-import.ts";
import { askGit } from "./git.ts";
import { writeHistory } from "./history.ts";
import { openKept } from "./kept.ts";

/** A bare repository, the commit to hash, two before it, and one on top of it that changes three files. */
export interface GeneratedRepository {
  readonly directory: string;
  /** The older first; each changes a few files. */
  readonly earlier: readonly string[];
  readonly commit: string;
  readonly pushed: string;
}

const seed = "countersign tree hash 1";
const commit = "29e90a5cd13681751333478f1d4c28f5b8ac2e5a";
const pushed = "a7585d5a99bb88a6604e1813a70517d7d26d95da";

/**
 * A large repository: 20,000 files, 300 MB, 401 commits, a pack of 150 MB. The commit ids are the same on every machine.
 *
 * @throws where git makes others
 */
export async function openGeneratedRepository(): Promise<GeneratedRepository> {
  const directory = await openKept(`large-${pushed.slice(0, 12)}.git`, async (part) => {
    console.error("making a repository of 20,000 files and 300 MB: once, half a minute on two cores");
    await makeRepository(part, writeHistory(seed));
    await assertTips(part);
  });
  const earlier = await askGit(directory, ["rev-parse", "main~2", "main~1"]);
  return { directory, earlier, commit, pushed };
}

async function assertTips(directory: string): Promise<void> {
  const found = await askGit(directory, ["rev-parse", "main", "push"]);
  if (found.join() !== [commit, pushed].join())
    throw new Error(`expected the commits ${commit} and ${pushed}, found ${found.join(" and ")}`);
}
