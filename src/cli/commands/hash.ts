import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { toVisible } from "../../explain/visible.ts";
import { type Hashed, type HashSource, hashSource } from "../../flows/hash.ts";
import type { Answer } from "../answer.ts";
import { parseHashSource } from "../arguments.ts";
import { createOpenRemote } from "../clients.ts";
import { finish } from "../options.ts";
import type { Run } from "../program.ts";
import type { Session } from "../session.ts";
import { readGithub } from "../settings.ts";

interface Options {
  readonly manifest?: boolean;
}

export function addHash(program: Command, run: Run): void {
  const command = program
    .command("hash")
    .description("compute the tree hash of a directory: what signers sign and the chain stores")
    .argument("<source>", "a directory, or REPOSITORY#COMMIT[:PATH]; REPOSITORY is a path or an https address")
    .option("--manifest", "print the lines that the hash is the SHA-256 of")
    .action((source: string, options: Options) => run((session) => answerHash(source, options, session)));
  finish(command, [
    "countersign hash contracts/vault",
    "countersign hash .#0123456789abcdef0123456789abcdef01234567:contracts/vault --manifest",
    "countersign hash https://github.com/acme/vault#0123456789abcdef0123456789abcdef01234567:contracts/vault",
  ]);
}

async function answerHash(text: string, { manifest }: Options, session: Session): Promise<Answer> {
  const source = parseHashSource(text, isDirectory);
  if (source.kind === "directory" && isInWorkTree(source.directory))
    session.progress.note(
      "Hashed as the files lie on this disk; git may store others (filters, ignored files). REPOSITORY#COMMIT:PATH hashes a commit.",
    );
  const openRemote = createOpenRemote(readGithub(session.environment), session);
  const hashed = await session.progress.during("Hashing", () => hashSource(source, openRemote));
  const lines = manifest ? `\n${toLines(hashed, session).trimEnd()}` : "";
  return { exit: 0, text: `${hashed.hash}${lines}`, json: toJson(hashed, source, manifest === true) };
}

/** Byte for byte, so that it can be hashed again; but a terminal gets no byte that could move its cursor. */
function toLines({ manifest }: Hashed, { isTerminal }: Session): string {
  return isTerminal ? manifest.split("\n").map(toVisible).join("\n") : manifest;
}

function toJson({ hash, files, manifest }: Hashed, source: HashSource, isWhole: boolean): object {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { hash, source, files: files.length, bytes, ...(isWhole && { manifest }) };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isInWorkTree(directory: string): boolean {
  const here = resolve(directory);
  if (existsSync(join(here, ".git"))) return true;
  return dirname(here) !== here && isInWorkTree(dirname(here));
}
