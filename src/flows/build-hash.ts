import { dirname, relative, resolve, sep } from "node:path";
import { openCommitFiles, openDiskFiles, type ProjectFiles } from "../clients/project-files.ts";
import { CountersignError, failure } from "../errors.ts";
import { type DependencyVersion, observeDependencyVersion } from "../observe/dependency-version.ts";
import type { BuildInfo } from "../protocol/build-info.ts";
import { type Dependency, type HashedSource, placeSources } from "../protocol/build-sources.ts";
import type { Bytes32 } from "../protocol/hex.ts";
import { isPlainPath } from "../protocol/link.ts";
import { type HashContext, type Hashed, type HashSource, hashOpened, hashSource, openSource } from "./hash.ts";

/** A build whose sources of the registered directory are byte for byte the directory's. */
export interface CheckedBuild {
  /** The tree hash of the directory. */
  readonly contractHash: Bytes32;
  /** The sources in the directory, relative to it. */
  readonly inside: readonly HashedSource[];
  readonly dependencies: readonly VersionedDependency[];
}

export type VersionedDependency = Dependency & { readonly version: DependencyVersion | undefined };

/** The registered directory, and where the project lies that was built. */
export interface BuildSubject {
  readonly source: HashSource;
  /** Relative to the repository, empty for its root; for a directory on this disk a path there. */
  readonly project: string;
}

/** The directory's lines and what lies around it; `directory` and `project` are relative to `files`. */
interface Surroundings {
  readonly hashed: Hashed;
  readonly directory: string;
  readonly project: string;
  readonly files: ProjectFiles;
}

/**
 * Holds a build against the directory that is registered (protocol §4), and names what it read outside.
 *
 * @throws BUILD_SOURCE_DIFFERS, BUILD_SOURCE_ABSENT for every source at once; what hashing the directory refuses; USAGE
 */
export async function checkBuild(info: BuildInfo, subject: BuildSubject, context: HashContext): Promise<CheckedBuild> {
  const around = await readSurroundings(subject, context);
  const { hashed, directory, project } = around;
  const names = await around.files.readNames(project);
  const placed = placeSources(info, { directory, project, files: toHashes(hashed.manifest), names });
  const [first, ...rest] = placed.problems;
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  const dependencies = await addVersions(placed.dependencies, around);
  return { contractHash: hashed.hash, inside: placed.inside, dependencies };
}

async function readSurroundings({ source, project }: BuildSubject, context: HashContext): Promise<Surroundings> {
  if (source.kind === "directory") {
    const place = toDiskPlace(resolve(source.directory), resolve(project));
    return { hashed: await hashSource(source, context), ...place };
  }
  const paths = toPaths(source, project);
  const opened = await openSource(source, context);
  const hashed = await hashOpened(opened, { ...source, context });
  return { hashed, ...paths, files: openCommitFiles(opened.source, source.commit) };
}

/** Relative to the nearest folder that holds both. */
function toDiskPlace(directory: string, project: string) {
  const root = toCommonFolder(directory, project);
  const below = (path: string) => relative(root, path).split(sep).join("/");
  return { directory: below(directory), project: below(project), files: openDiskFiles(root) };
}

function toCommonFolder(one: string, other: string): string {
  const isInside = one === other || one.startsWith(other.endsWith(sep) ? other : other + sep);
  return isInside ? other : toCommonFolder(one, dirname(other));
}

function toPaths({ path }: { readonly path: string }, project: string) {
  const plain = toPlain(project);
  if (isPlainPath(plain)) return { directory: toPlain(path), project: plain };
  throw failure("USAGE", `--project: expected a path inside the repository, found "${project}"`);
}

/** `./` before and one `/` behind are how people write a directory; `.` is the whole repository. */
function toPlain(path: string): string {
  return path.replace(/^\.\//, "").replace(/\/$/, "").replace(/^\.$/, "");
}

/** The lines of protocol §2, whose paths hold no line end: 64 digits, two spaces, the path. */
function toHashes(manifest: string): Map<string, string> {
  return new Map(manifest.split("\n").map((line) => [line.slice(66), line.slice(0, 64)]));
}

async function addVersions(dependencies: readonly Dependency[], around: Surroundings): Promise<VersionedDependency[]> {
  const versioned: VersionedDependency[] = [];
  for (const one of dependencies)
    versioned.push({ ...one, version: one.package && (await observeDependencyVersion(one.package, around)) });
  return versioned;
}
