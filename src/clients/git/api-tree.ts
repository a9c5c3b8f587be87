import { z } from "zod";
import { failure } from "../../errors.ts";

/** `GET /repos/{owner}/{repo}/git/trees/{sha}`, as far as a tree's id is made of it; `size` in bytes, of blobs. */
export const treeAnswer = z.object({
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string().regex(/^[0-7]{6}$/),
      type: z.enum(["blob", "tree", "commit"]),
      sha: z.string().regex(/^[0-9a-f]{40}$/),
      size: z.int().nonnegative().optional(),
    }),
  ),
  truncated: z.boolean(),
});

export type TreeAnswer = z.infer<typeof treeAnswer>;

/**
 * The raw tree, entries in the order of the answer. A name that is not UTF-8 was folded by JSON, so that the bytes do
 * not have the tree's id: its reader refuses them.
 *
 * @throws TREE_TRUNCATED where GitHub cut the listing off (threats T17)
 */
export function rebuildTree({ tree, truncated }: TreeAnswer, oid: string): Uint8Array {
  if (truncated)
    throw failure("TREE_TRUNCATED", `expected all entries of tree ${oid}, found the first ${tree.length}`, {
      subject: oid,
    });
  const entries = tree.map(({ mode, path, sha }) =>
    // GitHub pads modes to six digits, git does not.
    Buffer.concat([Buffer.from(`${mode.replace(/^0+/, "")} ${path}\0`), Buffer.from(sha, "hex")]),
  );
  return Buffer.concat(entries);
}
