import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bare, Signature } from "./bare.ts";
import { writeCommit } from "./merging.ts";

interface FileChange {
  readonly path: string;
  readonly content: Buffer;
  /** Without it the commit is a history's first. */
  readonly parent: string | undefined;
  readonly message: string;
  readonly author: Signature;
}

/** A commit upon the parent, with this file. */
export async function writeFile(git: Bare, { path, content, parent, message, author }: FileChange): Promise<string> {
  const index = join(git.path, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  const blob = await git.run(["hash-object", "-w", "--stdin"], { input: content });
  await git.run(["read-tree", parent ?? "--empty"], { env });
  await git.run(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`], { env });
  const tree = await git.run(["write-tree"], { env });
  await rm(index);
  return writeCommit(git, tree, { parents: parent === undefined ? [] : [parent], message, author, committer: author });
}
