import type { GithubClient } from "../clients/github.ts";
import { CountersignError, failure } from "../errors.ts";
import type { Post, Pull } from "../facts.ts";

/** Each account costs a request, and anybody may post. */
const maxAsked = 100;

/**
 * Who may write to the repository, of those who posted a command that turns on it. GitHub's word beside a post will not do:
 * it calls a member of the organisation a stranger where he keeps that private, and a reader a member.
 *
 * @throws GITHUB_TOO_MANY: nobody is passed over, since it might be the one who withdrew
 */
export async function observeWriters(
  posts: readonly Post[],
  { github, pull }: { readonly github: GithubClient; readonly pull: Pick<Pull, "author" | "trusted" | "state"> },
): Promise<readonly Post[]> {
  const needsNone = ({ author, kind }: Post) => author === pull.author && kind === "comment" && pull.state !== "merged";
  const asking = posts.filter((post) => post.commands.some(isRequest) && !needsNone(post));
  const logins = [...new Set(asking.map(({ author }) => author))];
  if (logins.length > maxAsked) {
    const words = `${logins.length} accounts wrote \`/countersign propose\` or \`withdraw\`, expected at most ${maxAsked}`;
    throw failure("GITHUB_TOO_MANY", words);
  }
  const answers = new Map(
    await Promise.all(logins.map(async (login) => [login, await askOrUndefined(login, github)] as const)),
  );
  return posts.map((post) => {
    const isTrusted = post.author === pull.author ? pull.trusted : post.trusted;
    return answers.has(post.author) ? { ...post, canWrite: answers.get(post.author) ?? isTrusted } : post;
  });
}

/** A reader's own token may not be allowed to ask: then GitHub's word beside the post is all there is. */
async function askOrUndefined(login: string, github: GithubClient): Promise<boolean | undefined> {
  return github.canWrite(login).catch((error) => {
    if (error instanceof CountersignError && error.code === "GITHUB_REFUSED") return undefined;
    throw error;
  });
}

function isRequest({ kind }: Post["commands"][number]): boolean {
  return kind === "propose" || kind === "withdraw";
}
