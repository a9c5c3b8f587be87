import canonicalize from "canonicalize";
import { sha256 } from "ethers";
import { CountersignError, failure, type Problem } from "../errors.ts";
import { toCompilerVersion } from "./compiler-version.ts";
import { type Bytes32, toBytes32 } from "./hex.ts";
import { isPlainPath } from "./link.ts";

/** How bytes came to be: everything that the compiler was given. */
export interface Build {
  /** `solc`, say. */
  readonly compiler: string;
  /** With its commit; the platform behind it is left out of the hash. */
  readonly version: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Every source that the compiler read, dependencies too, by its path as the compiler saw it. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * The build hash of protocol §4: the SHA-256 of the build's description.
 *
 * @throws BUILD_FAILED as {@link toBuildDescription}
 */
export function hashBuild(build: Build): Bytes32 {
  return toBytes32(sha256(new TextEncoder().encode(toBuildDescription(build))));
}

/**
 * The canonical JSON (RFC 8785) of `{compiler, version, settings, sources: {path: sha256}}`, which is published and found
 * by its hash. `settings` without `outputSelection`, which changes what is printed and not what is built; each sha256 as
 * 64 hex digits, as `sha256sum` prints it.
 *
 * @throws BUILD_FAILED for a version without its commit, paths outside the project, text that UTF-8 cannot carry, settings
 * that JSON cannot carry or whose numbers readers round (RFC 8785 takes only I-JSON, RFC 7493)
 */
export function toBuildDescription({ compiler, version, settings, sources }: Build): string {
  const [first, ...rest] = [...findSourcePathProblems([...sources.keys()]), ...findTextProblems(sources)];
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  const { outputSelection, ...meaningful } = settings;
  const hashes = Object.fromEntries([...sources].map(([path, text]) => [path, toSha256(text)]));
  return toCanonicalJson({ compiler, version: toCompilerVersion(version), settings: meaningful, sources: hashes });
}

/** Builds of one commit made in two folders agree only if no path leads outside. */
export function findSourcePathProblems(paths: readonly string[]): Problem[] {
  return paths
    .filter((path) => path === "" || !isPlainPath(path) || /^[A-Za-z]:|\\/.test(path))
    .map((path) => {
      const message = `expected a source path inside the project, found "${path}"`;
      return { code: "BUILD_FAILED", message, subject: path };
    });
}

/** UTF-8 has no bytes for a lone surrogate: two texts would have one hash. */
function findTextProblems(sources: Build["sources"]): Problem[] {
  return [...sources]
    .filter(([path, text]) => !path.isWellFormed() || !text.isWellFormed())
    .map(([path]) => {
      const message = `expected a source without lone surrogates, found one in "${path}"`;
      return { code: "BUILD_FAILED", message, subject: path };
    });
}

function toSha256(text: string): string {
  return sha256(new TextEncoder().encode(text)).slice(2);
}

function toCanonicalJson(value: object): string {
  try {
    JSON.stringify(value, (_, one) => toExact(one));
    return canonicalize(value) as string;
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw failure("BUILD_FAILED", `expected settings that JSON carries exactly, found others: ${found}`, { cause });
  }
}

/** Readers round other numbers, so that two settings would have one hash. solc has only whole ones. */
function toExact(value: unknown): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  throw new RangeError(`${value} is no whole number of at most 2^53 - 1`);
}
