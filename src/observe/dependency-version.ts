import type { ProjectFiles } from "../clients/project-files.ts";
import { CountersignError } from "../errors.ts";
import type { SourcePackage } from "../protocol/build-package.ts";
import { findPackageVersion, lockfiles } from "../protocol/package-version.ts";

/** A package's version and who says so: a claim, while its hash is of the bytes. */
export interface DependencyVersion {
  readonly version: string;
  /** `its name`, `the submodule's commit`, or the file that says it, relative to the repository. */
  readonly source: string;
}

/**
 * What is at hand of a package's version: its name, the submodule's pinned commit, its own package.json, a lockfile of the
 * project or of a folder above it. Undefined where nothing says it.
 */
export async function observeDependencyVersion(
  found: SourcePackage,
  { files, project }: { readonly files: ProjectFiles; readonly project: string },
): Promise<DependencyVersion | undefined> {
  if (found.version !== undefined) return { version: found.version, source: "its name" };
  const place = join(project, found.place);
  const pin = await orAbsent(files.readPin(place));
  if (pin !== undefined) return { version: pin, source: "the submodule's commit" };
  const own = `${place}/package.json`;
  const version = findPackageVersion((await orAbsent(files.readText(own))) ?? "");
  return version === undefined ? findLocked(found, { files, project }) : { version, source: own };
}

async function findLocked(
  { name, place }: SourcePackage,
  { files, project }: { readonly files: ProjectFiles; readonly project: string },
): Promise<DependencyVersion | undefined> {
  for (const folder of toFoldersUp(project))
    for (const [lockfile, findVersion] of Object.entries(lockfiles)) {
      const source = join(folder, lockfile);
      const below = project.slice(folder === "" ? 0 : folder.length + 1);
      const version = findVersion((await orAbsent(files.readText(source))) ?? "", { name, place, project: below });
      if (version !== undefined) return { version, source };
    }
  return undefined;
}

/** `a/b`, `a` and the root of the repository. */
function toFoldersUp(path: string): string[] {
  return path === "" ? [""] : [path, ...toFoldersUp(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "")];
}

/** A version is said along with the hash and never relied on: what a partial repository lacks leaves it unknown. */
async function orAbsent<T>(read: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CountersignError && error.code === "GIT_OBJECT_ABSENT") return undefined;
    throw error;
  }
}

function join(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}
