import { parse } from "yaml";
import { z } from "zod";

/** Where a lockfile says which version of a package a project has. */
export interface LockedPackage {
  readonly name: string;
  /** Relative to the project: `node_modules/NAME`, `lib/NAME`. */
  readonly place: string;
  /** The project relative to the lockfile's folder, empty where it lies beside it. */
  readonly project: string;
}

/** A version as somebody wrote it down: a claim, which no hash covers. */
const claim = z.string().min(1).max(100);
const versioned = z.object({ version: claim });
/** A Map, since a package may be named like what every object has. */
const entries = z.record(z.string(), z.unknown()).transform((record) => new Map(Object.entries(record)));
const packageLock = z.object({ packages: entries });
const pnpmLock = z.object({ importers: entries });
const importer = z.object({ dependencies: entries.optional(), devDependencies: entries.optional() });
const pin = z.object({ rev: claim });
const revision = z.union([
  z.object({ tag: pin }).transform(({ tag }) => tag.rev),
  z.object({ branch: pin }).transform(({ branch }) => branch.rev),
  pin.transform(({ rev }) => rev),
]);

type FindVersion = (text: string, locked: LockedPackage) => string | undefined;

/** The lockfiles that are read, each with its reader, which answers undefined for whatever it does not understand. */
export const lockfiles: Readonly<Record<string, FindVersion>> = {
  "package-lock.json": (text, { place, project }) => {
    const packages = packageLock.safeParse(parseJson(text)).data?.packages;
    return toVersion(packages?.get(join(project, place)) ?? packages?.get(place));
  },
  "pnpm-lock.yaml": (text, { name, project }) => {
    const importers = pnpmLock.safeParse(parseYaml(text)).data?.importers;
    const { dependencies, devDependencies } = importer.safeParse(importers?.get(project || ".")).data ?? {};
    return toVersion(dependencies?.get(name) ?? devDependencies?.get(name))?.replace(/\(.*$/, "");
  },
  "yarn.lock": (text, { name }) => findYarnVersion(text, name),
  "foundry.lock": (text, { place, project }) =>
    revision.safeParse(entries.safeParse(parseJson(text)).data?.get(join(project, place))).data,
};

/** The version in a package's own package.json. */
export function findPackageVersion(text: string): string | undefined {
  return toVersion(parseJson(text));
}

function toVersion(value: unknown): string | undefined {
  return versioned.safeParse(value).data?.version;
}

/** Yarn's file, old and new form: `"NAME@RANGE":`, then `version`. Two versions of one name leave it open which was read. */
function findYarnVersion(text: string, name: string): string | undefined {
  const blocks = text.split(/\n(?=\S)/).filter((block) => block.split("\n")[0]?.split(/,\s*/).some(isOfName));
  const found = new Set(blocks.flatMap((block) => /^\s+version:? "?([^"\s]{1,100})"?$/m.exec(block)?.[1] ?? []));
  return found.size === 1 ? [...found][0] : undefined;

  function isOfName(key: string): boolean {
    return key.replace(/^"/, "").startsWith(`${name}@`);
  }
}

function join(folder: string, path: string): string {
  return folder === "" ? path : `${folder}/${path}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, logLevel: "silent" });
  } catch {
    return undefined;
  }
}
