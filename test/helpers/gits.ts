import { findNativeGit, type NativeGit } from "../../src/clients/git/native-git.ts";

/** Native git, which every machine that runs these tests has. */
export const nativeGit = await requireNativeGit();

/** Both ways to read git's objects: the answers have to be the same. */
export const gits: readonly { readonly name: string; readonly git: NativeGit | undefined }[] = [
  { name: "native git", git: nativeGit },
  { name: "isomorphic-git", git: undefined },
];

/** Whether what takes long is wanted: at the gate (vitest.deep.config.ts), and not for every change. */
export const isDeep = process.env.COUNTERSIGN_ROADS === "all";

/** Native git for every change, both at the gate. */
export const gitsOfDepth = isDeep ? gits : gits.slice(0, 1);

async function requireNativeGit(): Promise<NativeGit> {
  const git = await findNativeGit(process.env.PATH);
  if (git === undefined) throw new Error("expected git 2.31 or newer on the path, found none");
  return git;
}
