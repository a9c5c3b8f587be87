import { z } from "zod";
import { CountersignError, failure, type Problem } from "../errors.ts";
import { type Build, findSourcePathProblems } from "./build-hash.ts";
import { parseBuildVersion } from "./build-version.ts";
import { findPathProblems } from "./path-problems.ts";
import { findSettingProblems, toPortable, toPortableSettings } from "./portable-settings.ts";
import { findRepeatedNames } from "./repeated-names.ts";

export type BuildInfoKind = "foundry" | "hardhat-2" | "hardhat-3" | "standard-json";

/** What a compiler was given, as a tool wrote it down; its sources by their path as the compiler saw it. */
export interface BuildInfo {
  readonly kind: BuildInfoKind;
  readonly build: Build;
}

const formats: Readonly<Record<string, BuildInfoKind>> = {
  "ethers-rs-sol-build-info-1": "foundry",
  "hh-sol-build-info-1": "hardhat-2",
  "hh3-sol-build-info-1": "hardhat-3",
};

/** Not `z.record`, which leaves out a key `__proto__` without a word: it has to be refused. */
const object = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);
const input = z.object({
  language: z.literal("Solidity"),
  sources: object,
  settings: object.default({}),
  /** Where Foundry's paths are relative to: another in every folder, so it is taken off and never hashed. */
  basePath: z.string().default(""),
});
const source = z.object({
  content: z.string("expected its content: what a URL names is not covered by the hash").refine(
    (text) => text.isWellFormed(),
    // UTF-8 has no bytes for it: two texts would have one hash.
    "expected text without lone surrogates",
  ),
});
const buildInfo = z.object({ compilerType: z.literal("solc").default("solc"), input });

type Input = z.output<typeof input>;

/**
 * Reads Foundry's build-info (`forge build --build-info`), Hardhat's (2 and 3) or a plain standard JSON input. Only what
 * makes the bytes is taken: no ids, no base path, no include paths. `compiler` names the version where the text does not.
 *
 * @throws BUILD_INFO_INVALID with every problem: another format or language, a name twice in one object, a source without
 * content, a path that leads outside the project or that some disk reads differently, a number that readers round, no
 * compiler version with its commit
 */
export function parseBuildInfo(text: string, { compiler }: { readonly compiler?: string } = {}): BuildInfo {
  const json = parseJson(text);
  assertUniqueNames(text);
  const kind = toKind(json);
  const { input } = parseShape(kind === "standard-json" ? { input: json } : json);
  const sources = toSources(input);
  const settings = toPortableSettings(input.settings, input.basePath);
  const version = parseBuildVersion(json, compiler);
  const [first, ...rest] = [
    ...sources.problems,
    ...findRootProblems(kind, sources.paths),
    ...findSettingProblems(settings),
    ...version.problems,
  ];
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return { kind, build: { compiler: "solc", version: version.version, settings, sources: sources.contents } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw failure("BUILD_INFO_INVALID", "expected JSON, found something else", { cause });
  }
}

/** Readers differ in which of two they keep, so that two builds would have one hash (RFC 8785, I-JSON). */
function assertUniqueNames(text: string): void {
  const [first, ...rest] = [...findRepeatedNames(text)].map(({ name, parent }) => {
    const place = parent === undefined ? "at the top" : `in "${parent}"`;
    return toProblem(`expected each name once in its object, found "${name}" twice ${place}`, name);
  });
  if (first !== undefined) throw new CountersignError([first, ...rest]);
}

function toKind(json: unknown): BuildInfoKind {
  const { _format, language, input } = object.safeParse(json).data ?? {};
  if (_format === undefined && input === undefined && language !== undefined) return "standard-json";
  const kind = Object.entries(formats).find(([format]) => format === _format)?.[1];
  if (kind !== undefined) return kind;
  const expected = `one of the formats ${Object.keys(formats).join(", ")}, or a standard JSON input`;
  const found = _format === undefined ? "none" : JSON.stringify(_format)?.slice(0, 80);
  throw failure("BUILD_INFO_INVALID", `expected ${expected}, found ${found}`);
}

function parseShape(json: unknown): z.output<typeof buildInfo> {
  const parsed = buildInfo.safeParse(json);
  if (parsed.success) return parsed.data;
  const [first, ...rest] = parsed.error.issues.map(({ path, message }) => toProblem(`${path.join(".")}: ${message}`));
  throw first ? new CountersignError([first, ...rest]) : failure("INTERNAL", "an invalid build-info without a problem");
}

function toSources({ sources, basePath }: Input) {
  const read = Object.entries(sources).map(([path, value]) => {
    const parsed = source.safeParse(value);
    const problems = parsed.error?.issues.map(({ message }) => toProblem(`"${path}": ${message}`, path)) ?? [];
    return { path: toPortable(path, basePath), content: parsed.data?.content ?? "", problems };
  });
  const paths = read.map(({ path }) => path);
  const none = paths.length === 0 ? [toProblem("input.sources: expected at least one source, found none")] : [];
  const problems = [...none, ...read.flatMap((one) => one.problems), ...findSourceNameProblems(paths)];
  return { paths, problems, contents: new Map(read.map(({ path, content }) => [path, content])) };
}

/** A path outside would be another one in every folder; the rest is what no directory of protocol §2 can have. */
function findSourceNameProblems(paths: readonly string[]): Problem[] {
  const outside = findSourcePathProblems(paths);
  const refused = new Set(outside.map(({ subject }) => subject));
  const inside = paths.filter((path) => !refused.has(path));
  const encoder = new TextEncoder();
  const malformed = inside.filter((path) => !path.isWellFormed());
  return [
    ...outside,
    ...malformed.map((path) => toProblem(`expected a path without lone surrogates, found "${path}"`, path)),
    ...inside
      .filter((path) => path === "__proto__")
      .map((path) => toProblem('expected no source named "__proto__", found one', path)),
    ...findPathProblems(inside.map((path) => encoder.encode(path))),
  ].map((problem) => ({ ...problem, code: "BUILD_INFO_INVALID" }));
}

/** Hardhat 3 names every source from one of two roots; another one would be checked against nothing. */
function findRootProblems(kind: BuildInfoKind, paths: readonly string[]): Problem[] {
  if (kind !== "hardhat-3") return [];
  return paths
    .filter((path) => !/^(project|npm)\//.test(path))
    .map((path) => toProblem(`expected a source name that begins with project/ or npm/, found "${path}"`, path));
}

function toProblem(message: string, subject?: string): Problem {
  return { code: "BUILD_INFO_INVALID", message, ...(subject !== undefined && { subject }) };
}
