import { failure } from "../errors.ts";
import { isPlainPath } from "./link.ts";
import { toPrintablePath } from "./printable-path.ts";

/**
 * The address that a submodule is fetched from: `https://HOST/OWNER/REPO`, without `.git` and slash at the end, so that
 * one repository has one address. `origins` are scheme and host that may be fetched from; http counts only below a parent
 * of that same origin. Everything else is refused: `ext::`, `fd::`, `file:`, `ssh:`, `git:`, `host:path`, a leading `-`, a
 * name or password, a query, a second spelling (`..`, `%2e`, `\`, control characters) (threats F23).
 *
 * @throws SUBMODULE_URL
 */
export function toSubmoduleUrl(
  url: string,
  parentUrl: string | undefined,
  { origins }: { readonly origins: readonly string[] },
): string {
  const absolute = isRelative(url) ? parentUrl && resolveRelative(url, parentUrl) : url;
  const address = absolute && parseAddress(absolute);
  if (!address) throw refused(url, "expected an https address, or a relative one within the parent's host");
  const { origin, path } = address;
  const isSecure = origin.startsWith("https:") || origin === URL.parse(parentUrl ?? "")?.origin;
  if (!origins.includes(origin) || !isSecure) throw refused(url, `expected an address at ${origins.join(" or ")}`);
  return `${origin}/${path}`;
}

function isRelative(url: string): boolean {
  return url.startsWith("./") || url.startsWith("../");
}

/** As git's `relative_url` (remote.c) does, but never above the host, where git would take the next part for one. */
function resolveRelative(url: string, parentUrl: string): string | undefined {
  // Whom the parent was cloned as is nobody's business below it.
  let base = parentUrl.replace(/^(https?:\/\/)[^/@]*@/i, "$1").replace(/\/$/, "");
  let rest = url;
  while (isRelative(rest)) {
    if (rest.startsWith("../")) base = base.slice(0, base.lastIndexOf("/"));
    rest = rest.slice(rest.indexOf("/") + 1);
  }
  const origin = URL.parse(parentUrl)?.origin;
  return base === origin || base.startsWith(`${origin}/`) ? `${base}/${rest}` : undefined;
}

function parseAddress(url: string) {
  const [, path] = /^https?:\/\/[a-z0-9.:[\]-]+\/([a-z0-9._~/-]+)$/i.exec(url) ?? [];
  const parsed = URL.parse(url);
  const plain = path?.replace(/\/$/, "").replace(/\.git$/, "");
  if (parsed === null || !plain || !isPlainPath(plain)) return undefined;
  return { origin: parsed.origin, path: plain };
}

/** A password in the address is not repeated. */
function refused(url: string, expected: string) {
  const shown = toPrintablePath(url.slice(0, 600).replace(/\/\/[^/]*@/, "//…@"));
  return failure("SUBMODULE_URL", `${expected}, found "${shown}"`, { subject: shown });
}
