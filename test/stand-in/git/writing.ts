import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Bare, Signature } from "./bare.ts";
import { writeCommit } from "./merging.ts";

interface FileChange {
  readonly path: string;
  readonly content: Buffer;
  readonly parent: string;
  readonly message: string;
  readonly author: Signature;
}

/** A commit upon the parent that has this file. */
export async function writeFile(git: Bare, { path, content, parent, message, author }: FileChange): Promise<string> {
  const index = join(git.path, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  const blob = await git.run(["hash-object", "-w", "--stdin"], { input: content });
  await git.run(["read-tree", parent], { env });
  await git.run(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`], { env });
  const tree = await git.run(["write-tree"], { env });
  await rm(index);
  return writeCommit(git, tree, { parents: [parent], message, author, committer: author });
}
