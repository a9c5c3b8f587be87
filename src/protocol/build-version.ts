import { z } from "zod";
import { CountersignError, type Problem } from "../errors.ts";
import { toCompilerVersion } from "./compiler-version.ts";

/** The compiler's version with its commit, as far as it could be told; and why not. */
export interface BuildVersion {
  readonly version: string;
  readonly problems: readonly Problem[];
}

const named = z.object({ solcLongVersion: z.string() });
const contract = z.object({ metadata: z.string() });
const metadata = z.object({ compiler: z.object({ version: z.string() }) });
const outputs = z.object({
  output: z.object({ contracts: z.record(z.string(), z.record(z.string(), z.unknown())) }),
});

/** What is said of the version, and where. */
interface Told {
  readonly place: string;
  readonly text: string;
}

/**
 * Finds the version in a build-info. Foundry names only the release (`0.8.37`), so that the commit is read from the
 * contracts' metadata. All that is said of the version has to agree, `compiler` (of the caller) too.
 */
export function parseBuildVersion(json: unknown, compiler: string | undefined): BuildVersion {
  const told = readTold(json, compiler);
  const read = told.filter(({ text }) => text.includes("+")).map(toVersion);
  const problems = read.flatMap((one) => one.problems);
  if (problems.length > 0) return { version: "", problems };
  const versions = new Set(read.map((one) => one.version));
  const releases = new Set(told.map(({ text }) => text.split("+")[0]));
  const [version] = versions;
  if (releases.size <= 1 && versions.size === 1 && version !== undefined) return { version, problems: [] };
  const texts = new Set(told.map(({ text }) => `"${text.slice(0, 100)}"`));
  const found = texts.size === 0 ? "none" : [...texts].join(", ");
  const message = `expected one compiler version with its commit (--compiler names it where the build does not), found ${found}`;
  return { version: "", problems: [{ code: "BUILD_INFO_INVALID", message }] };
}

function readTold(json: unknown, compiler: string | undefined): Told[] {
  const long = named.safeParse(json).data?.solcLongVersion;
  return [
    ...(compiler === undefined ? [] : [{ place: "--compiler", text: compiler }]),
    ...(long === undefined ? [] : [{ place: "solcLongVersion", text: long }]),
    ...readMetadataVersions(json).map((text) => ({ place: "metadata", text })),
  ];
}

function toVersion({ place, text }: Told): BuildVersion {
  try {
    return { version: toCompilerVersion(text), problems: [] };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return { version: "", problems: [{ code: "BUILD_INFO_INVALID", message: `${place}: ${error.message}` }] };
  }
}

/** Each version that the output's contracts were compiled with, once; what is no metadata says nothing. */
function readMetadataVersions(json: unknown): string[] {
  const contracts = Object.values(outputs.safeParse(json).data?.output.contracts ?? {}).flatMap(Object.values);
  return [...new Set(contracts.flatMap(readMetadataVersion))];
}

function readMetadataVersion(output: unknown): string[] {
  const text = contract.safeParse(output).data?.metadata;
  const version = metadata.safeParse(parseJson(text)).data?.compiler.version;
  return version === undefined ? [] : [version];
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
