import type { GithubClient } from "../clients/github.ts";

/** Answers a comment. Replies that are there were read before, so that each is given once. */
export async function ensureReply(
  { marker, words }: { readonly marker: string; readonly words: string },
  { github, number }: { readonly github: GithubClient; readonly number: number },
): Promise<void> {
  await github.createComment(number, `${marker}\n\n${words}`);
}
