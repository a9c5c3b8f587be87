import { type Bare, lines, type Signature } from "./bare.ts";

interface CommitOptions {
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** The tree of both sides merged, or undefined where they conflict. */
export async function mergeTrees(git: Bare, ours: string, theirs: string): Promise<string | undefined> {
  const output = await git.try([
    "merge-tree",
    "--write-tree",
    "--no-messages",
    "--allow-unrelated-histories",
    ours,
    theirs,
  ]);
  return output === undefined ? undefined : lines(output)[0];
}

export async function writeCommit(git: Bare, tree: string, options: CommitOptions): Promise<string> {
  const parents = options.parents.flatMap((parent) => ["-p", parent]);
  return git.run(["commit-tree", tree, ...parents, "-F", "-"], {
    input: options.message,
    env: { ...toEnvironment("AUTHOR", options.author), ...toEnvironment("COMMITTER", options.committer) },
  });
}

/** The commit upon another one, with its own author and message; undefined where it does not apply. */
export async function replayCommit(
  git: Bare,
  commit: string,
  options: { onto: string; committer: Signature },
): Promise<string | undefined> {
  const tree = await replayTree(git, commit, options);
  if (tree === undefined) return undefined;
  const [name = "", email = "", date = ""] = (await git.ask(["show", "-s", "--format=%an%n%ae%n%aI", commit])).split(
    "\n",
  );
  const message = await git.ask(["show", "-s", "--format=%B", commit]);
  return writeCommit(git, tree, {
    parents: [options.onto],
    message,
    author: { name, email, date },
    committer: options.committer,
  });
}

/** The three-way merge with the commit's parent as base. This git can't be told the base, so three commits are made that have it. */
async function replayTree(
  git: Bare,
  commit: string,
  options: { onto: string; committer: Signature },
): Promise<string | undefined> {
  const { committer } = options;
  const make = (of: string, parents: readonly string[]) =>
    writeCommit(git, `${of}^{tree}`, { parents, message: of, author: committer, committer });
  const base = await make(`${commit}^`, []);
  const [ours, theirs] = [await make(options.onto, [base]), await make(commit, [base])];
  return mergeTrees(git, ours, theirs);
}

function toEnvironment(role: "AUTHOR" | "COMMITTER", { name, email, date }: Signature): Record<string, string> {
  return { [`GIT_${role}_NAME`]: name, [`GIT_${role}_EMAIL`]: email, [`GIT_${role}_DATE`]: date };
}
