import type { GithubClient } from "../clients/github.ts";
import type { Pull } from "../facts.ts";
import { type Link, parseLink } from "../protocol/link.ts";

/** Tells whether a link names this repository by a name or an owner that it had before. */
export type IsFormerName = (link: string) => Promise<boolean>;

/**
 * A repository is known by its number. The host redirects its earlier names as long as nobody else takes them; asked once
 * for each name, and only where a link has another than today's.
 */
export function openFormerNames(
  pull: Pick<Pull, "origin" | "owner" | "repository" | "repositoryId">,
  github: GithubClient,
): IsFormerName {
  const known = new Map<string, Promise<number | undefined>>();
  return async (text) => {
    const link = tryLink(text);
    if (!link || link.origin !== pull.origin || isNamedSo(link, pull)) return false;
    const name = `${link.owner}/${link.repository}`.toLowerCase();
    const id = known.get(name) ?? github.findRepositoryId(link);
    known.set(name, id);
    return (await id) === pull.repositoryId;
  };
}

/** Whether two links are to the same commit and directory, whatever the repository is called. */
export function isSamePlace(one: string, other: string): boolean {
  const [left, right] = [tryLink(one), tryLink(other)];
  return left !== undefined && left.commit === right?.commit && left.path === right.path;
}

function isNamedSo(link: Link, { owner, repository }: Pick<Pull, "owner" | "repository">): boolean {
  return link.owner.toLowerCase() === owner.toLowerCase() && link.repository.toLowerCase() === repository.toLowerCase();
}

/** A link that cannot be read names nothing. */
function tryLink(text: string): Link | undefined {
  try {
    return parseLink(text);
  } catch {
    return undefined;
  }
}
