import type { Bare, Signature } from "./bare.ts";

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Entry {
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size: number | undefined;
  readonly path: string;
}

export async function readCommit(git: Bare, sha: string): Promise<Commit> {
  const format = "%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";
  const parts = (await git.ask(["show", "-s", `--format=${format}`, sha])).split("\0");
  const [tree = "", parents = "", an = "", ae = "", at = "", cn = "", ce = "", ct = "", message = ""] = parts;
  return {
    tree,
    parents: parents === "" ? [] : parents.split(" "),
    author: { name: an, email: ae, date: inUtc(at) },
    committer: { name: cn, email: ce, date: inUtc(ct) },
    message: message.trimEnd(),
  };
}

export async function readTree(git: Bare, tree: string, options: { recursive: boolean }): Promise<readonly Entry[]> {
  const listing = await git.ask(["ls-tree", "-z", "--long", ...(options.recursive ? ["-r", "-t"] : []), tree]);
  return listing.split("\0").flatMap((line) => {
    const [, mode = "", type = "", sha = "", size = "", path = ""] =
      /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/s.exec(line) ?? [];
    return path === "" ? [] : [{ mode, type, sha, size: size === "-" ? undefined : Number(size), path }];
  });
}

/** A commit's signature, and what it signs: the commit without it. */
export async function readSignature(
  git: Bare,
  sha: string,
): Promise<{ signature: string; payload: string } | undefined> {
  const text = (await git.bytes(["cat-file", "commit", sha])).toString();
  const [header] = /^gpgsig .*\n(?: .*\n)*/m.exec(text.slice(0, text.indexOf("\n\n") + 1)) ?? [];
  if (header === undefined) return undefined;
  const signature = header.slice("gpgsig ".length, -1).replaceAll("\n ", "\n");
  return { signature, payload: text.replace(header, "") };
}

/** The first common ancestor; for histories that have none, the root of the other one. */
export async function mergeBase(git: Bare, one: string, other: string): Promise<string> {
  return git.ask(["merge-base", one, other]).catch(() => git.ask(["rev-list", "--max-parents=0", "-1", other]));
}

function inUtc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
}
