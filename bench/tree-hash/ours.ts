import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { findNativeGit } from "../../src/clients/git/native-git.ts";
import { rememberObjects } from "../../src/clients/git/remembered.ts";

/** What a process of ours is asked to do: hash the roots of these commits, one after the other. */
export interface OursRequest {
  readonly repository: string;
  readonly commits: readonly string[];
  readonly git: "native" | "builtin";
  /** Whether object id → sha256 is remembered from one commit to the next. */
  readonly blobs: "read" | "remembered";
}

export interface OursAnswer {
  /** `loaded`: from the start of the process until its modules were there. */
  readonly loaded: number;
  readonly hashes: readonly { readonly hash: string; readonly milliseconds: number }[];
  /** Of node itself, in bytes. */
  readonly peakMemory: number;
}

/** The App has a database here; only the cost of hashing is asked. */
const nothing = { find: async () => new Map(), keep: async () => undefined };

const request = JSON.parse(process.argv[2] ?? "") as OursRequest;
const loaded = performance.now();
const git = request.git === "native" ? await findNativeGit(process.env.PATH) : undefined;
if (request.git === "native" && git === undefined) throw new Error("expected git on the path, found none");
const options = { path: "", ...(request.blobs === "remembered" && { remembered: rememberObjects(nothing) }) };

const hashes = [];
for (const commit of request.commits) {
  const begun = performance.now();
  const source = await openLocalRepository(request.repository, { git });
  const { hash } = await hashDirectory(source, { ...options, commit });
  hashes.push({ hash, milliseconds: performance.now() - begun });
}
const answer: OursAnswer = { loaded, hashes, peakMemory: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(answer));
