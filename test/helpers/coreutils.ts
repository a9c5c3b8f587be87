import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "./repository.ts";

/** The line that anyone can run, as protocol §2 prints it. */
export const coreutilsLine = readLine();

/** What that line prints in the directory: 64 hex digits. */
export function hashByCoreutils(directory: string): string {
  return execFileSync("sh", ["-c", coreutilsLine], { cwd: directory }).toString().slice(0, 64);
}

/** Writes a tree's files into an empty directory as git stores them, whatever its attributes say. */
export function checkOut(repository: Repository, tree: string, directory: string): void {
  const info = join(repository.git(["rev-parse", "--absolute-git-dir"]), "info");
  mkdirSync(info, { recursive: true });
  // Of all attributes those in the repository's own file win.
  writeFileSync(join(info, "attributes"), "* -text -ident -filter !eol !working-tree-encoding\n");
  repository.git(["read-tree", tree]);
  repository.git(["checkout-index", "--all", `--prefix=${directory}/`]);
}

function readLine(): string {
  const page = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");
  const [, line] = /^ {4}cd DIR && (find .*)$/m.exec(page) ?? [];
  if (line === undefined) throw new Error("expected the coreutils line in docs/protocol.md, found none");
  return line;
}
