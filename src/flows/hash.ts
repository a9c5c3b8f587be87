import { hashDirectory } from "../clients/git/directory-hash.ts";
import { openLocalRepository } from "../clients/git/local-repository.ts";
import type { RemoteRepository } from "../clients/git/remote-repository.ts";
import { hashPlainDirectory } from "../clients/plain-directory.ts";
import { assertUnreachable } from "../errors.ts";
import type { Bytes32 } from "../protocol/hex.ts";

/** What can be hashed: files on this disk, or a directory of a commit in a repository here or elsewhere. */
export type HashSource =
  | { readonly kind: "directory"; readonly directory: string }
  | { readonly kind: "local"; readonly repository: string; readonly commit: string; readonly path: string }
  | { readonly kind: "remote"; readonly url: string; readonly commit: string; readonly path: string };

export interface Hashed {
  readonly hash: Bytes32;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** The lines that `hash` is the SHA-256 of. */
  readonly manifest: string;
}

/** Where a repository elsewhere is fetched from. */
export type OpenRemote = (url: string) => RemoteRepository;

/** The tree hash of protocol §2. @throws every refusal at once; what git or the host refuses */
export async function hashSource(source: HashSource, openRemote: OpenRemote): Promise<Hashed> {
  switch (source.kind) {
    case "directory":
      return hashPlainDirectory(source.directory);
    case "local":
      return hashDirectory(await openLocalRepository(source.repository), source);
    case "remote": {
      const repository = openRemote(source.url);
      await repository.ensureCommit(source.commit, 1);
      return hashDirectory(repository, source);
    }
    default:
      return assertUnreachable(source);
  }
}
