import { hashDirectory } from "../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../src/clients/git/local-repository.ts";
import { findNativeGit } from "../src/clients/git/native-git.ts";
import { CountersignError, catalogue, failure } from "../src/errors.ts";
import { isHex, toBytes32 } from "../src/protocol/hex.ts";

export interface Inputs {
  readonly workspace: string;
  readonly path: string;
  readonly commit: string;
  readonly expected: string;
  /** The PATH that git is looked for in. */
  readonly programs?: string | undefined;
}

export interface Outputs {
  readonly contractHash: string;
  readonly files: number;
}

/**
 * Hashes a directory of the checked-out repository at a commit (protocol §2).
 *
 * @throws what the hash refuses, HASH_MISMATCH where another one was expected, USAGE for a malformed expectation
 */
export async function run({ workspace, path, commit, expected, programs }: Inputs): Promise<Outputs> {
  if (expected !== "" && !isHex(expected, 32))
    throw failure("USAGE", `expected: expected 0x and 64 hex digits, found ${JSON.stringify(expected)}`);
  const git = await findNativeGit(programs);
  const { hash, files } = await hashDirectory(await openLocalRepository(workspace, { git }), { commit, path });
  if (expected !== "" && toBytes32(expected) !== hash)
    throw failure("HASH_MISMATCH", `expected ${expected}, found ${hash}`);
  return { contractHash: hash, files: files.length };
}

/** Every problem on a line of its own, with what to do. */
export function toLines(error: unknown): string[] {
  if (!(error instanceof CountersignError)) return [error instanceof Error ? error.message : String(error)];
  return error.problems.map(({ code, message, subject }) => {
    const where = subject === undefined || message.includes(subject) ? "" : ` (${subject})`;
    return `${code}: ${message}${where}. ${catalogue[code][1]}`;
  });
}
