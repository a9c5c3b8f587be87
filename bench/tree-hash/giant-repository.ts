import { makeRepository, writeCommit } from "./fast-import.ts";
import { askGit } from "./git.ts";
import { openKept } from "./kept.ts";
import { openRandom } from "./random.ts";

const mebibyte = 1024 ** 2;
const size = 1024 * mebibyte;

/** A bare repository with one file of a gibibyte, which zlib makes small, so that it costs little disk. */
export async function openGiantRepository(): Promise<{ readonly directory: string; readonly commit: string }> {
  const directory = await openKept("giant-1.git", (part) => {
    console.error("making a repository with a file of 1 GiB: once, half a minute");
    return makeRepository(part, writeGiant(), { compression: "1" });
  });
  const [commit = ""] = await askGit(directory, ["rev-parse", "main"]);
  return { directory, commit };
}

function* writeGiant(): Generator<Buffer> {
  const piece = Buffer.alloc(mebibyte, openRandom("giant").bytes(4_096));
  yield writeCommit("main", { number: 0 });
  yield Buffer.from(`M 100644 inline giant.bin\ndata ${size}\n`);
  for (let left = size; left > 0; left -= piece.length) yield piece;
  yield Buffer.from("\ndone\n");
}
