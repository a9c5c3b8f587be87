import type { GithubClient } from "../clients/github.ts";
import { CountersignError } from "../errors.ts";
import type { Pull } from "../facts.ts";
import type { Intent } from "../protocol/ballot.ts";

export interface Posted {
  readonly kind: "review" | "comment";
  readonly url: string;
}

/**
 * Posts the lines of a signer: in a review that approves or requests changes, or in a comment where the pull request is
 * the poster's own (GitHub lets no author review). What was posted before is known from the count: the same signature
 * twice would count once.
 */
export async function ensureReview(
  { intent, lines }: { readonly intent: Intent; readonly lines: readonly string[] },
  { github, pull }: { readonly github: GithubClient; readonly pull: Pick<Pull, "number" | "author" | "head"> },
): Promise<Posted> {
  const body = [intent === "sign" ? "I approve this upgrade." : "I reject this upgrade.", "", ...lines].join("\n");
  const login = await readLogin(github);
  if (login?.toLowerCase() === pull.author.toLowerCase()) {
    return { kind: "comment", url: (await github.createComment(pull.number, body)).html_url };
  }
  const event = intent === "sign" ? "APPROVE" : "REQUEST_CHANGES";
  const review = await github.createReview(pull.number, { event, commit_id: pull.head, body });
  return { kind: "review", url: review.html_url };
}

/** A token may be allowed to review and not to say whose it is. */
async function readLogin(github: GithubClient): Promise<string | undefined> {
  try {
    return await github.readLogin();
  } catch (error) {
    if (error instanceof CountersignError && error.code === "GITHUB_REFUSED") return undefined;
    throw error;
  }
}
