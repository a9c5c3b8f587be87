import type { GithubClient } from "../clients/github.ts";

/** A comment of ours, as it was read. */
export interface StickyComment {
  readonly id: number;
  readonly body: string;
  readonly url: string;
}

/** The one sticky comment of a pull request says exactly this. Writes only on change.  */
export async function ensureComment(
  body: string,
  {
    github,
    number,
    sticky,
  }: { readonly github: GithubClient; readonly number: number; readonly sticky: StickyComment | undefined },
): Promise<void> {
  if (!sticky) await github.createComment(number, body);
  else if (!isSame(sticky.body, body)) await github.updateComment(sticky.id, body);
}

/** GitHub may store line ends its own way. */
function isSame(left: string, right: string): boolean {
  return left.replaceAll("\r\n", "\n").trim() === right.replaceAll("\r\n", "\n").trim();
}
