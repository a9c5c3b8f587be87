import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { failure } from "../../errors.ts";
import { explainBuildCheck } from "../../explain/build-hash.ts";
import { toVisible } from "../../explain/visible.ts";
import { type CheckedBuild, checkBuild, type VersionedDependency } from "../../flows/build-hash.ts";
import type { HashSource } from "../../flows/hash.ts";
import { findTop } from "../../observe/work-tree.ts";
import { hashBuild, toBuildDescription } from "../../protocol/build-hash.ts";
import { type BuildInfo, parseBuildInfo } from "../../protocol/build-info.ts";
import { toCompilerVersion } from "../../protocol/compiler-version.ts";
import { toUtf8Text } from "../../protocol/utf8.ts";
import type { Answer } from "../answer.ts";
import { parseHashSource } from "../arguments.ts";
import { addHashOptions, type HashOptions, openHashing } from "../hashing.ts";
import { finish } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

interface Options extends HashOptions {
  readonly in?: string;
  readonly project?: string;
  readonly compiler?: string;
  readonly description?: boolean;
}

/** In bytes: a longer text would not fit into a string. */
const maxLength = 500_000_000;

export function addBuildHash(program: Command, run: Run): void {
  const command = program
    .command("build-hash")
    .description("compute the build hash: how the bytes came to be, from what the compiler was given")
    .argument("<build-info>", "the build-info of Foundry or Hardhat, or a standard JSON input")
    .option("--in <source>", "the registered directory (as for hash): every source in it must be there byte for byte")
    .option("--project <path>", "where the project lies in that repository (default: its root)")
    .option("--compiler <version>", "the compiler with its commit, where the build-info does not name it")
    .option("--description", "print only the canonical JSON that the hash is the SHA-256 of")
    .action((file: string, options: Options) => run((session) => answerBuildHash(file, options, session)));
  finish(addHashOptions(command), [
    "countersign build-hash out/build-info/0123456789abcdef.json --in .#0123456789abcdef0123456789abcdef01234567:contracts/vault",
    "countersign build-hash input.json --compiler 0.8.37+commit.f401782d --description | sha256sum",
  ]);
}

async function answerBuildHash(file: string, options: Options, session: Session): Promise<Answer> {
  const { compiler, description } = options;
  if (options.project !== undefined && options.in === undefined)
    throw failure("USAGE", "--project: expected --in with it, which names the directory to check");
  const info = await session.progress.during("Reading the build", async () =>
    parseBuildInfo(readBuildInfo(file), { ...(compiler !== undefined && { compiler }) }),
  );
  const checked = options.in === undefined ? undefined : await check(info, options.in, options, session);
  const answer = { exit: 0, json: toJson(info, checked, options) } as const;
  if (description) return { ...answer, ...toExactText(toBuildDescription(info.build), session) };
  const words = checked ? `\n\n${explainBuildCheck({ ...checked, compiler: toCompiler(info) })}` : "";
  return { ...answer, text: `${hashBuild(info.build)}${words}` };
}

async function check(info: BuildInfo, text: string, options: Options, session: Session): Promise<CheckedBuild> {
  const source = parseHashSource(text, isDirectory);
  const subject = { source, project: options.project ?? findProject(source) };
  const context = await openHashing(options, session);
  return session.progress.during("Hashing the directory", () => checkBuild(info, subject, context));
}

/** The root of the repository; of a directory on this disk, of the work tree that holds it. */
function findProject(source: HashSource): string {
  if (source.kind !== "directory") return "";
  return findTop(resolve(source.directory)) ?? ".";
}

/** Byte for byte, so that it can be hashed again; but a terminal gets no byte that could move its cursor. */
function toExactText(text: string, { isTerminal }: Session): Pick<Answer, "text" | "isExact"> {
  return isTerminal ? { text: toVisible(text) } : { text, isExact: true };
}

function readBuildInfo(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw failure("USAGE", `expected a file at "${file}", found none`);
  if (found.size > maxLength)
    throw failure("BUILD_INFO_INVALID", `expected at most ${maxLength} bytes, found ${found.size}`, { subject: file });
  return toUtf8Text(readFileSync(file), { code: "BUILD_INFO_INVALID", subject: file });
}

function toJson(info: BuildInfo, checked: CheckedBuild | undefined, { description }: Options): object {
  const { build, kind } = info;
  return {
    hash: hashBuild(build),
    kind,
    compiler: toCompiler(info),
    sources: build.sources.size,
    ...(checked && {
      contractHash: checked.contractHash,
      inside: checked.inside,
      dependencies: checked.dependencies.map(toDependencyJson),
    }),
    ...(description && { description: toBuildDescription(build) }),
  };
}

function toDependencyJson({ package: found, version, hash, sources }: VersionedDependency): object {
  const { name, root } = found ?? { name: null, root: null };
  return { name, root, version: version?.version ?? null, versionSource: version?.source ?? null, hash, sources };
}

function toCompiler({ build }: BuildInfo): string {
  return `${build.compiler} ${toCompilerVersion(build.version)}`;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
