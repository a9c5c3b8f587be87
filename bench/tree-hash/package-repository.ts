import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { endOfHistory, makeRepository, writeChange, writeCommit } from "./fast-import.ts";
import { askGit } from "./git.ts";
import { openKept } from "./kept.ts";

/** A bare repository with one commit: the files of a package as npm has installed them. */
export interface PackageRepository {
  readonly name: string;
  readonly directory: string;
  readonly commit: string;
}

export async function openContractsRepository(): Promise<PackageRepository> {
  const root = fileURLToPath(new URL("../../node_modules/@openzeppelin/contracts/", import.meta.url));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const directory = await openKept(`openzeppelin-${version}.git`, (part) => makeRepository(part, writeFiles(root)));
  const [commit = ""] = await askGit(directory, ["rev-parse", "main"]);
  return { name: `openzeppelin-contracts ${version}`, directory, commit };
}

async function* writeFiles(root: string): AsyncGenerator<Buffer> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  yield writeCommit("main", { number: 0 });
  for (const file of files.toSorted()) yield* writeChange({ path: relative(root, file), bytes: await readFile(file) });
  yield endOfHistory;
}
