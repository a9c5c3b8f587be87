import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A directory that is filled once and kept between runs, below the system's temporary one. It appears when it is whole:
 * a run that was broken off leaves nothing to be found.
 */
export async function openKept(name: string, fill: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(tmpdir(), `countersign-bench-${name}`);
  if (await isThere(directory)) return directory;
  const part = await mkdtemp(`${directory}-`);
  try {
    await fill(part);
    await rename(part, directory);
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return directory;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
