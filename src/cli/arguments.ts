import { failure } from "../errors.ts";
import type { PullRef } from "../facts.ts";
import type { HashSource } from "../flows/hash.ts";
import { isObjectId } from "../protocol/git-commit.ts";
import { type Address, isAddress, toAddress } from "../protocol/hex.ts";
import { isNamed } from "../protocol/link.ts";
import type { HostSetting } from "../settings.ts";

/** @throws USAGE */
export function parseAddress(text: string): Address {
  if (isAddress(text)) return toAddress(text);
  throw failure(
    "USAGE",
    `expected an address of 20 bytes (0x…, with a valid checksum if mixed case), found ${quote(text)}`,
  );
}

/** Reads `https://HOST/OWNER/REPO/pull/N`, as it stands in a browser. @throws USAGE */
export function parsePullUrl(text: string, { origin }: HostSetting): PullRef {
  const url = URL.parse(text);
  if (url && url.origin !== origin)
    throw failure(
      "USAGE",
      `expected a pull request on ${origin}, found ${quote(url.origin)}; GHE_HOST names another host`,
    );
  const [, owner = "", repository = "", number] =
    /^\/([^/]+)\/([^/]+)\/pull\/(\d{1,9})(?:\/|$)/.exec(url?.pathname ?? "") ?? [];
  if (number !== undefined && isNamed(owner, repository)) return { owner, repository, number: Number(number) };
  throw failure("USAGE", `expected ${origin}/OWNER/REPO/pull/NUMBER, found ${quote(text)}`);
}

const atCommit = /^([\s\S]*?)#([0-9a-f]{40}|[0-9a-f]{64})(?::([\s\S]*))?$/;
/** A branch, say: to be refused by its name. */
const atAnything = /^([^#]*)#([^:]*)(?::([\s\S]*))?$/;

/**
 * Reads `DIR` or `REPOSITORY#COMMIT[:PATH]`. What is there as a directory is taken as one, whatever its name.
 *
 * @throws USAGE
 */
export function parseHashSource(text: string, isDirectory: (path: string) => boolean): HashSource {
  const [, repository, commit, path = ""] = atCommit.exec(text) ?? atAnything.exec(text) ?? [];
  if (repository === undefined || commit === undefined || isDirectory(text))
    return { kind: "directory", directory: text };
  if (repository === "") throw failure("USAGE", `expected a repository before #, found ${quote(text)}`);
  if (/^https?:\/\//.test(repository)) return { kind: "remote", url: repository, commit, path };
  return { kind: "local", repository, commit, path };
}

/** Reads `DIR` or `REPOSITORY#:PATH`, whose commits are named elsewhere. @throws USAGE */
export function parseDiffSource(text: string, isDirectory: (path: string) => boolean): HashSource {
  const [, repository, path = ""] = /^([^#]+)#:?([\s\S]*)$/.exec(text) ?? [];
  if (repository === undefined || isDirectory(text)) return { kind: "directory", directory: text };
  if (/^https?:\/\//.test(repository)) return { kind: "remote", url: repository, commit: "", path };
  return { kind: "local", repository, commit: "", path };
}

/** @throws USAGE */
export function parseCommit(text: string): string {
  if (isObjectId(text)) return text;
  throw failure("USAGE", `expected a commit by its full id (40 hexadecimal digits), found ${quote(text)}`);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
