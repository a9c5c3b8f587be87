import { failure } from "../errors.ts";

/** Where a directory is, pinned to a commit (protocol §1). */
export interface Link {
  /** Scheme and host, with the port where there is one: `https://github.com`. */
  readonly origin: string;
  readonly owner: string;
  readonly repository: string;
  /** The full id of the commit, lower case. */
  readonly commit: string;
  /** Relative to the repository, without slashes at the ends; empty for the whole repository. */
  readonly path: string;
}

/** The registry's limit, in bytes. */
export const maxLinkLength = 512;

const shape = /^(https?:\/\/[^/?#@\s]+)\/([^/]+)\/([^/]+)\/tree\/([0-9a-f]{40}|[0-9a-f]{64})(?:\/([^?#]+))?$/;
const ownerName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
const repositoryName = /^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/;

/**
 * Reads `https://HOST/OWNER/REPO/tree/COMMIT/PATH`. There is one spelling of every link: whatever `toLink` would not
 * write is refused, so that equal places have equal links.
 *
 * @throws LINK_INVALID
 */
export function parseLink(text: string): Link {
  const [, origin, owner, repository, commit, path = ""] = shape.exec(text) ?? [];
  if (!origin || !owner || !repository || !commit) throw invalid(text);
  if (!isPlainOrigin(origin) || !isNamed(owner, repository)) throw invalid(text);
  const link = { origin, owner, repository, commit, path: decodePath(path, text) };
  if (!isPlainPath(link.path) || toLink(link) !== text) throw invalid(text);
  return link;
}

/** The one spelling of a link. */
export function toLink({ origin, owner, repository, commit, path }: Link): string {
  const encoded = path === "" ? "" : `/${path.split("/").map(encodeURIComponent).join("/")}`;
  return `${origin}/${owner}/${repository}/tree/${commit}${encoded}`;
}

/** The address that git fetches from. */
export function toRepositoryUrl({ origin, owner, repository }: Pick<Link, "origin" | "owner" | "repository">): string {
  return `${origin}/${owner}/${repository}`;
}

/** A host in capitals, a default port or a backslash would be a second spelling of some origin. */
function isPlainOrigin(origin: string): boolean {
  return URL.parse(origin)?.origin === origin;
}

/** A path of a directory inside a repository: relative, no empty, `.` or `..` part. Empty: the repository itself. */
export function isPlainPath(path: string): boolean {
  return path === "" || path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

/** GitHub drops `.git` from a repository's name, so that a name with it would be a second spelling. */
export function isNamed(owner: string, repository: string): boolean {
  return ownerName.test(owner) && repositoryName.test(repository);
}

function decodePath(path: string, text: string): string {
  try {
    // A lone surrogate is not for UTF-8, and nothing could encode it again.
    if (!path.isWellFormed()) throw invalid(text);
    return path.split("/").map(decodeURIComponent).join("/");
  } catch (cause) {
    throw invalid(text, cause);
  }
}

function invalid(text: string, cause?: unknown) {
  return failure(
    "LINK_INVALID",
    `expected https://HOST/OWNER/REPO/tree/COMMIT/PATH in its one spelling, found ${JSON.stringify(text.slice(0, 600))}`,
    { cause, subject: text },
  );
}
