import { statSync } from "node:fs";
import type { Command } from "commander";
import { CountersignError, failure } from "../../errors.ts";
import { listFiles, summarizeFiles } from "../../explain/file-changes.ts";
import { explainFailure } from "../../explain/terminal.ts";
import { toVisible } from "../../explain/visible.ts";
import { type CommitSource, type Comparison, compareCommits, type Hashed, hashSource } from "../../flows/hash.ts";
import { findPlace, observeWorkTree, type WorkTreeFacts } from "../../observe/work-tree.ts";
import { countChanges } from "../../protocol/file-changes.ts";
import type { Answer } from "../answer.ts";
import { type DiffWords, parseDiffSource, parseDiffWords, parseHashSource } from "../arguments.ts";
import { addHashOptions, type HashOptions, openHashing } from "../hashing.ts";
import { finish } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";

interface Options extends HashOptions {
  readonly manifest?: boolean;
  readonly diff?: readonly string[];
}

export function addHash(program: Command, run: Run): void {
  const command = program
    .command("hash")
    .description("compute the tree hash of a directory: what signers sign and the chain stores")
    .usage("[options] <source>")
    // Not asked for here: after --diff it is among the words that the option takes.
    .argument("[source]", "a directory, or REPOSITORY#COMMIT[:PATH]; REPOSITORY is a path or an https address")
    .option("--manifest", "print the lines that the hash is the SHA-256 of, and it on stderr")
    .option("--diff <commits...>", "two commits A B: what changed in a directory, or REPOSITORY#:PATH, from A to B")
    .action((source: string | undefined, options: Options) => run((session) => answer(source, options, session)));
  finish(addHashOptions(command), [
    "countersign hash contracts/vault",
    "countersign hash .#0123456789abcdef0123456789abcdef01234567:contracts/vault --manifest",
    "countersign hash https://github.com/acme/vault#0123456789abcdef0123456789abcdef01234567:contracts/vault",
    "countersign hash contracts/vault --diff 0123456789abcdef0123456789abcdef01234567 89abcdef0123456789abcdef0123456789abcdef",
  ]);
}

function answer(text: string | undefined, options: Options, session: Session): Promise<Answer> {
  if (options.diff !== undefined && options.manifest)
    throw failure("USAGE", "expected --manifest or --diff, found both");
  if (options.diff !== undefined) return answerDiff(parseDiffWords(text, options.diff), options, session);
  if (text !== undefined) return answerHash(text, options, session);
  throw failure("USAGE", "expected a directory or REPOSITORY#COMMIT[:PATH], found nothing");
}

async function answerHash(text: string, options: Options, session: Session): Promise<Answer> {
  const source = parseHashSource(text, isDirectory);
  const context = await openHashing(options, session);
  const hashed = await session.progress.during("Hashing", () => hashSource(source, context));
  const disk = source.kind === "directory" ? await observeWorkTree(source.directory, hashed.files, context) : undefined;
  if (disk) session.progress.note(warn(disk));
  const { manifest = false } = options;
  const answer = { exit: 0, json: toJson(hashed, { source, disk, manifest }) } as const;
  if (!manifest) return { ...answer, text: hashed.hash };
  session.progress.note(hashed.hash);
  return { ...answer, text: toLines(hashed, session), isExact: true };
}

/** The hash is that of the files on this disk: told wherever a commit's would be another. */
function warn({ commit, changes, problems }: WorkTreeFacts): string {
  if (commit === undefined) return warnUncompared(problems);
  const { added, removed, changed } = changes;
  if (countChanges(changes) + problems.length === 0)
    return `The files are those that git has of ${commit.slice(0, 12)}.`;
  const about = [
    "Hashed as the files lie on this disk; git has others of the commit that is checked out. What is signed is what git has:",
    "REPOSITORY#COMMIT:PATH hashes that.",
  ].join(" ");
  const reasons = [
    ...toReason(added, "not in the commit (ignored, not committed yet, or a submodule's)"),
    ...toReason(changed, "with other bytes (edited, or stored through a filter: line ends, LFS)"),
    ...toReason(removed, "only in the commit"),
    ...toReason(
      problems.map(({ code, subject = "" }) => `${subject} (${code})`),
      "for which a hash of the commit is refused",
    ),
  ];
  return [about, ...reasons].join("\n");
}

/** Nothing is known to be what git has. */
function warnUncompared([first, ...rest]: WorkTreeFacts["problems"]): string {
  const about = "Hashed as the files lie on this disk, and not compared with what git has:";
  if (first === undefined) return `${about} no commit is checked out yet, so that git has none of them.`;
  return `${about} that cannot be read here.\n${explainFailure(new CountersignError([first, ...rest]))}`;
}

function toReason(paths: readonly string[], words: string): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, 5).map(toVisible).join(", ");
  return [`  ${paths.length} ${words}: ${shown}${paths.length > 5 ? ", …" : ""}`];
}

async function answerDiff({ source, ...commits }: DiffWords, options: Options, session: Session): Promise<Answer> {
  const place = await toPlace(source);
  const context = await openHashing(options, session);
  const before = { ...place, commit: commits.before };
  const after = { ...place, commit: commits.after };
  const found = await session.progress.during("Hashing", () => compareCommits({ before, after }, context));
  if (found.before === undefined && found.after === undefined)
    throw failure("TREE_ABSENT", `expected a directory at "${place.path}" in one of the commits, found it in neither`, {
      subject: place.path,
    });
  return {
    exit: 0,
    text: toDiffText(found),
    json: { ...found.changes, before: found.before ?? null, after: found.after ?? null },
  };
}

/** A directory of a work tree is the same directory of its repository. */
async function toPlace(text: string): Promise<CommitSource> {
  const source = parseDiffSource(text, isDirectory);
  if (source.kind !== "directory") return source;
  const place = await findPlace(source.directory);
  if (place) return { kind: "local", repository: place.top, commit: "", path: place.path };
  const expected = "expected a directory in a work tree of git, or REPOSITORY#:PATH";
  throw failure("USAGE", `${expected}, found neither at ${JSON.stringify(text)}`);
}

function toDiffText({ before, after, changes }: Comparison): string {
  const hashes = [`from  ${before ?? "nothing there"}`, `to    ${after ?? "nothing there"}`];
  const list = listFiles(changes);
  return [...hashes, summarizeFiles(changes), ...(list === "" ? [] : [list])].join("\n");
}

/** Byte for byte, so that it can be hashed again; but a terminal gets no byte that could move its cursor. */
function toLines({ manifest }: Hashed, { isTerminal }: Session): string {
  return isTerminal ? manifest.split("\n").map(toVisible).join("\n") : manifest;
}

function toJson(
  { hash, files, manifest }: Hashed,
  { source, disk, ...wanted }: { source: object; disk: WorkTreeFacts | undefined; manifest: boolean },
): object {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const workTree = disk && { commit: disk.commit ?? null, ...disk.changes, problems: disk.problems };
  return {
    hash,
    source,
    files: files.length,
    bytes,
    ...(workTree && { workTree }),
    ...(wanted.manifest && { manifest }),
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
