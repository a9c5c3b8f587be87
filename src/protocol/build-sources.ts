import { sha256 } from "ethers";
import type { Problem } from "../errors.ts";
import type { BuildInfo, BuildInfoKind } from "./build-info.ts";
import { findPackage, type SourcePackage } from "./build-package.ts";
import type { Bytes32 } from "./hex.ts";
import { hashManifest } from "./tree-hash.ts";

/** The registered directory that a build is held against; paths are relative to the repository, empty for its root. */
export interface BuildPlace {
  readonly directory: string;
  /** Where the project lies that was built. */
  readonly project: string;
  /** The directory's files by their path relative to it, each with its SHA-256 as 64 hex digits. */
  readonly files: ReadonlyMap<string, string>;
  /** The names of the project's own files and folders at its top. */
  readonly names: ReadonlySet<string>;
}

/** A source by its path; `sha256` is 64 hex digits. */
export interface HashedSource {
  readonly path: string;
  readonly sha256: string;
}

/**
 * What the compiler read outside the registered directory, by package; `package` is undefined for the project's own
 * files. The paths are relative to the package's root, and `hash` is the digest of protocol §2 over exactly these: with
 * the package at hand, `sha256sum -- PATHS | sha256sum` (paths in byte order) prints it.
 */
export interface Dependency {
  readonly package?: SourcePackage;
  readonly hash: Bytes32;
  readonly sources: readonly HashedSource[];
}

/** Every source of a build, in the directory or outside it; and what is not as the directory has it. */
export interface PlacedSources {
  readonly problems: readonly Problem[];
  /** Relative to the directory. */
  readonly inside: readonly HashedSource[];
  readonly dependencies: readonly Dependency[];
}

/**
 * Holds every source of a build against the directory that signers read: one that lies in it must be there, byte for byte.
 * A build that reads nothing of the directory is a problem too, since nothing would have been checked.
 */
export function placeSources({ kind, build }: BuildInfo, place: BuildPlace): PlacedSources {
  const placed = [...build.sources].map(([path, content]) =>
    toPlaced({ path, sha256: toSha256(content) }, kind, place),
  );
  const inside = placed.flatMap(({ inside }) => (inside ? [inside] : []));
  const problems = inside.flatMap((source) => findDifference(source, place));
  const dependencies = toDependencies(placed.filter((one) => one.inside === undefined));
  return { problems: inside.length === 0 ? [toNothingProblem(place)] : problems, inside, dependencies };
}

interface Placed {
  /** Where it lies in the directory. */
  readonly inside?: HashedSource;
  readonly package?: SourcePackage;
  /** Relative to the package, or to the project. */
  readonly outside: HashedSource;
}

function toPlaced({ path, sha256 }: HashedSource, kind: BuildInfoKind, place: BuildPlace): Placed {
  const found = findPackage(path, kind, { isOwn: (top) => place.names.has(top) });
  const own = kind === "hardhat-3" ? path.replace(/^project\//, "") : path;
  const file = kind === "hardhat-3" && found ? undefined : toFile(own, place);
  const isFile = file !== undefined && (found === undefined || found.from === "lib" || place.files.has(file));
  const outside = { path: found ? path.slice(found.root.length + 1) : own, sha256 };
  return { ...(isFile && { inside: { path: file, sha256 } }), ...(found && { package: found }), outside };
}

/** The path relative to the directory, or undefined where it lies outside. */
function toFile(path: string, { directory, project }: BuildPlace): string | undefined {
  const whole = project === "" ? path : `${project}/${path}`;
  if (directory === "") return whole;
  return whole.startsWith(`${directory}/`) ? whole.slice(directory.length + 1) : undefined;
}

function findDifference({ path, sha256 }: HashedSource, { directory, files }: BuildPlace): Problem[] {
  const expected = files.get(path);
  if (expected === sha256) return [];
  const subject = directory === "" ? path : `${directory}/${path}`;
  if (expected === undefined) {
    const message = `expected what the compiler read to be in the directory, found no "${subject}"`;
    return [{ code: "BUILD_SOURCE_ABSENT", message, subject }];
  }
  const message = `expected "${subject}" with SHA-256 ${expected} as in the directory, found that the compiler read ${sha256}`;
  return [{ code: "BUILD_SOURCE_DIFFERS", message, subject }];
}

function toNothingProblem({ directory, project }: BuildPlace): Problem {
  const names = `"${directory || "."}" (project at "${project || "."}")`;
  const message = `expected sources of the directory ${names} in the build, found none`;
  return { code: "BUILD_SOURCE_ABSENT", message, subject: directory };
}

/** Packages by their root, the project's own files last. */
function toDependencies(placed: readonly Placed[]): Dependency[] {
  const groups = Map.groupBy(placed, (one) => one.package?.root);
  const roots = [...groups.keys()].filter((root) => root !== undefined).sort();
  return [...roots, undefined].flatMap((root) => {
    const [first, ...rest] = groups.get(root) ?? [];
    return first === undefined ? [] : [toDependency(first, rest)];
  });
}

function toDependency(first: Placed, rest: readonly Placed[]): Dependency {
  const encoder = new TextEncoder();
  const sources = [first, ...rest].map(({ outside }) => ({ ...outside, path: encoder.encode(outside.path) }));
  const { hash, files } = hashManifest(sources);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const sorted = files.map(({ path, sha256 }) => ({ path: decoder.decode(path), sha256 }));
  return { ...(first.package && { package: first.package }), hash, sources: sorted };
}

function toSha256(text: string): string {
  return sha256(new TextEncoder().encode(text)).slice(2);
}
