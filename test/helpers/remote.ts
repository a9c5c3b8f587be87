import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { openRemoteRepository, type RemoteRepository } from "../../src/clients/git/remote-repository.ts";
import { startGitHost } from "./git-host.ts";
import { createRepository, type Repository } from "./repository.ts";

export interface Remote extends AsyncDisposable {
  /** Where commits are made. */
  readonly repository: Repository;
  /** The same repository as the App sees it, over http into a cache of its own. */
  readonly git: RemoteRepository;
}

export async function openRemote(): Promise<Remote> {
  const repository = createRepository();
  const directory = mkdtempSync(join(tmpdir(), "countersign-cache-"));
  const host = await startGitHost(dirname(repository.path));
  const url = `${host.origin}/${basename(repository.path)}`;
  return {
    repository,
    git: openRemoteRepository({ url, directory, enterpriseOrigin: host.origin }),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      repository[Symbol.dispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
