import { failure } from "../../errors.ts";
import { fromBytePath, toBytePath } from "../../protocol/byte-path.ts";
import { parseGitModules, type Submodule } from "../../protocol/git-modules.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { readBlobs, readCommit } from "./object-source.ts";
import { resolvePath } from "./tree-path.ts";
import type { Holder, OpenSubmodule } from "./tree-walk.ts";

/**
 * Finds a repository that has a submodule's pinned commit. It need not be honest: every object is hashed again.
 *
 * @throws SUBMODULE_URL, SUBMODULE_UNAVAILABLE; what the host refuses
 */
export type OpenRepository = (wanted: WantedSubmodule, parent: Holder) => Promise<Omit<Holder, "commit">>;

export interface WantedSubmodule extends Submodule {
  /** The commit that the parent's tree pins. */
  readonly commit: string;
  /** Its path in what is hashed, as it can be shown. */
  readonly place: string;
}

/** A submodule counts as the files of its pinned commit, as `git clone --recurse-submodules` lays them out (protocol §2). */
export function createOpenSubmodule(open: OpenRepository): OpenSubmodule {
  const declared = new Map<Holder, Promise<readonly Submodule[]>>();
  return async ({ path, ownPath, isAscii, oid: commit, holder }) => {
    const submodules = declared.get(holder) ?? readGitModules(holder);
    declared.set(holder, submodules);
    const submodule = (await submodules).find((one) => toBytePath(Buffer.from(one.path)) === ownPath);
    const place = toPrintablePath(fromBytePath(path));
    if (submodule === undefined) {
      const message = `expected "${toPrintablePath(fromBytePath(ownPath))}" in .gitmodules, found no entry`;
      throw failure("SUBMODULE_UNDECLARED", message, { subject: place });
    }
    const opened = { ...(await open({ ...submodule, commit, place }, holder)), commit };
    const { tree } = await readCommit(opened.source, commit);
    return { path, ownPath: "", isAscii, oid: tree, holder: opened };
  };
}

async function readGitModules({ source, commit }: Holder): Promise<readonly Submodule[]> {
  const entry = await resolvePath(source, commit, ".gitmodules");
  if (entry === undefined) return [];
  // Git refuses a link here too: its text would come from elsewhere.
  if (entry.kind !== "file")
    throw failure("GITMODULES_INVALID", `expected .gitmodules to be a file, found ${entry.kind}`);
  const [bytes = new Uint8Array()] = (await readBlobs(source, [entry.oid])).values();
  return parseGitModules(bytes);
}
