import type { GithubClient } from "../clients/github.ts";
import { CountersignError } from "../errors.ts";

/** Shows on comments that their commands were heard. A comment that is gone or locked takes none, and needs none. */
export async function ensureSeen(
  comments: readonly number[],
  { github }: { readonly github: GithubClient },
): Promise<void> {
  for (const id of comments) {
    await github.createReaction(id, "eyes").catch((error) => {
      if (!(error instanceof CountersignError) || error.code !== "GITHUB_REFUSED") throw error;
    });
  }
}
