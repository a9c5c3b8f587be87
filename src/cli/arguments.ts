import { CountersignError, failure } from "../errors.ts";
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
  if (isRemote(repository)) return { kind: "remote", url: toUrl(repository), commit, path };
  return { kind: "local", repository, commit, path };
}

/** A directory whose commits `--diff` names. */
export interface DiffWords {
  readonly source: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Reads `DIR --diff A B`, and `--diff A B DIR`, where the option takes all words that follow it.
 *
 * @throws USAGE with every problem
 */
export function parseDiffWords(source: string | undefined, words: readonly string[]): DiffWords {
  const taken = source === undefined ? words.findLastIndex((word) => !isObjectId(word)) : -1;
  const commits = words.filter((_, index) => index !== taken);
  const place = source ?? words[taken];
  const [before, after] = commits;
  const faults = [
    ...(place === undefined ? ["--diff: expected a directory or REPOSITORY#:PATH beside the commits, found none"] : []),
    ...(commits.length === 2 ? [] : [`--diff: expected two commits, found ${commits.length}`]),
    ...commits.filter((commit) => !isObjectId(commit)).map(toCommitFault),
  ];
  const [first, ...rest] = faults.map((message) => ({ code: "USAGE", message }) as const);
  if (first) throw new CountersignError([first, ...rest]);
  if (place === undefined || before === undefined || after === undefined) throw failure("INTERNAL", "expected words");
  return { source: place, before, after };
}

/** Reads `DIR` or `REPOSITORY#:PATH`, whose commits are named elsewhere; an address alone is its root. @throws USAGE */
export function parseDiffSource(text: string, isDirectory: (path: string) => boolean): HashSource {
  if (isDirectory(text) || !(isRemote(text) || text.includes("#"))) return { kind: "directory", directory: text };
  const [, repository = "", path = ""] = /^([^#]+)(?:#(?::([\s\S]*))?)?$/.exec(text) ?? [];
  if (repository === "")
    throw failure("USAGE", `expected DIR or REPOSITORY#:PATH, whose commits --diff names, found ${quote(text)}`);
  if (isRemote(text)) return { kind: "remote", url: toUrl(repository), commit: "", path };
  return { kind: "local", repository, commit: "", path };
}

function isRemote(text: string): boolean {
  return /^https?:\/\//.test(text);
}

/** A slash at the end is how a browser shows it; a host asked for it would find nothing there. */
function toUrl(text: string): string {
  return text.replace(/\/+$/, "");
}

function toCommitFault(text: string): string {
  return `expected a commit by its full id (40 hexadecimal digits, as \`git rev-parse\` prints it), found ${quote(text)}`;
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
