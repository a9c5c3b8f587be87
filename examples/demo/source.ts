import { execa } from "execa";
import { failure } from "../../src/errors.ts";
import type { WorkTree } from "../../test/stage/stage.ts";

/** The branch that is registered, and the one that the pull request brings. */
export interface Branches {
  readonly base: string;
  readonly head: string;
}

/** Reads a user's repository: the branch that it stands on, and the one to bring. */
export async function readBranches(
  repository: string,
  { path, ref }: { path: string; ref: string | undefined },
): Promise<Branches> {
  const git = (...args: string[]) => run(repository, args);
  if ((await git("rev-parse", "--git-dir")) === undefined)
    throw failure("USAGE", `--repo: ${repository} is no git repository`);
  const current = (await git("symbolic-ref", "--quiet", "--short", "HEAD")) ?? ref;
  if (current === undefined) throw failure("USAGE", `${repository} stands on no branch: name one with --ref`);
  const head = ref ?? current;
  if ((await git("rev-parse", "--verify", "--quiet", `refs/heads/${head}`)) === undefined) {
    throw failure("USAGE", `--ref: ${repository} has no branch ${JSON.stringify(head)}`);
  }
  const has = async (branch: string) => (await git("cat-file", "-t", `refs/heads/${branch}:${path}`)) === "tree";
  if (!(await has(head))) {
    throw failure("USAGE", `--path: the branch ${JSON.stringify(head)} has no directory ${JSON.stringify(path)}`);
  }
  // A directory that only the branch has cannot have been registered before: the branch itself is the base then.
  return (await has(current)) ? { base: current, head } : { base: head, head };
}

/** The branch to bring, with a change of the directory: the user's own, or one that the demo makes on top of it. */
export async function prepareBranch(
  work: WorkTree,
  { base, head }: Branches,
  { path, change }: { path: string; change: Readonly<Record<string, string>> },
): Promise<string> {
  const tree = async (branch: string) => work.git("rev-parse", `origin/${branch}:${path}`);
  if (head !== base && (await tree(head)) !== (await tree(base))) return head;
  const branch = "countersign-demo";
  await work.git("checkout", "--quiet", "-B", branch, `origin/${head}`);
  await work.commit(change, "Change the registered directory");
  await work.git("push", "--quiet", "--force", "origin", branch);
  return branch;
}

async function run(repository: string, args: readonly string[]): Promise<string | undefined> {
  const { stdout, failed } = await execa("git", ["-C", repository, ...args], { reject: false });
  return failed ? undefined : stdout.trim();
}
