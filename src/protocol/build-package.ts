import type { BuildInfoKind } from "./build-info.ts";

/** A package that a source comes from, by nothing but the source's path. */
export interface SourcePackage {
  /** `@openzeppelin/contracts`, `forge-std` */
  readonly name: string;
  readonly from: "npm" | "lib";
  /** How its sources' paths begin, as the compiler saw them. */
  readonly root: string;
  /** Where it lies, relative to the project. */
  readonly place: string;
  /** Where the path itself names one. */
  readonly version?: string;
}

const hardhat3 = /^npm\/((?:@[^/]+\/)?[^/@]+)@([^/]+)(?=\/)/;
const nodeModules = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;
const foundryLib = /^lib\/([^/]+)(?=\/)/;
const scoped = /^@[^/]+\/[^/]+(?=\/)/;
const bare = /^[^/]+(?=\/)/;

/**
 * The package of a source, or undefined for one of the project's own. Hardhat 2 names sources of npm packages like its own
 * folders: a first name that the project has no folder of (`isOwn`) is a package, which is how it decides itself.
 */
export function findPackage(
  path: string,
  kind: BuildInfoKind,
  { isOwn }: { readonly isOwn: (top: string) => boolean },
): SourcePackage | undefined {
  if (kind === "hardhat-3") return findNamed(path);
  const npm = nodeModules.exec(path);
  if (npm?.[1]) return { name: npm[1], from: "npm", root: npm[0], place: npm[0] };
  const lib = kind === "hardhat-2" ? null : foundryLib.exec(path);
  if (lib?.[1]) return { name: lib[1], from: "lib", root: lib[0], place: lib[0] };
  const [top = ""] = bare.exec(path) ?? [];
  if (kind === "foundry" || top === "" || isOwn(top)) return undefined;
  const [name = top] = scoped.exec(path) ?? [];
  return { name, from: "npm", root: name, place: `node_modules/${name}` };
}

function findNamed(path: string): SourcePackage | undefined {
  const [root, name, version] = hardhat3.exec(path) ?? [];
  if (root === undefined || name === undefined || version === undefined) return undefined;
  return { name, version, from: "npm", root, place: `node_modules/${name}` };
}
