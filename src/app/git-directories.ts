import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RepositoryKey } from "./keys.ts";

/** Anybody's pull request can name submodules: of so many, for each repository, what was fetched is kept. */
const mostSubmodules = 16;

/**
 * Where a repository's objects are kept, and those of its submodules: by its number, which a new name leaves as it is.
 * Nothing is shared between repositories, so that what one may read is never shown by another (threats G55).
 */
export function toGitDirectory(data: string, { key, url }: { readonly key: RepositoryKey; readonly url: string }) {
  const directory = join(data, "git", String(key.repositoryId));
  return (address: string) => (address === url ? directory : join(directory, "submodules", toFileName(address)));
}

/** Forgets the submodules that were not fetched for longest. */
export async function pruneSubmodules(directory: string): Promise<void> {
  const submodules = join(directory, "submodules");
  const names: string[] = await readdir(submodules).catch(() => []);
  if (names.length <= mostSubmodules) return;
  const used = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(submodules, name))).mtimeMs })),
  );
  const old = used.toSorted((one, two) => two.at - one.at).slice(mostSubmodules);
  for (const { name } of old) await rm(join(submodules, name), { recursive: true, force: true });
}

function toFileName(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 40);
}
