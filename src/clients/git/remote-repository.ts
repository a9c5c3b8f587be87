import { join, resolve } from "node:path";
import { listServerRefs } from "isomorphic-git";
import PQueue from "p-queue";
import { CountersignError, failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { openKeptMirror } from "./kept-mirror.ts";
import { isSpoiled, openMendedSource } from "./mended-source.ts";
import type { NativeGit } from "./native-git.ts";
import { findCommit, type ObjectSource, type OpenBlob } from "./object-source.ts";
import { openPartialMirror } from "./partial-mirror.ts";
import { defaultStoreLimits, type StoreLimits } from "./stores.ts";
import { openTransport } from "./transport.ts";
import { openWholeMirror } from "./whole-mirror.ts";

export interface RemoteSettings {
  /** `https://HOST/OWNER/REPO`, as the host names it to git. */
  readonly url: string;
  /** The cache of this one repository. */
  readonly directory: string;
  /** Fetches and reads where it is there; where not, isomorphic-git fetches, and we read. */
  readonly git?: NativeGit | undefined;
  /** Scheme and host of `GHE_PROTOCOL` and `GHE_HOST`: besides https://github.com, and alone in being let be http or private. */
  readonly enterpriseOrigin?: string;
  /** Sent to the host of `url` only, as the password of `x-access-token`. */
  readonly token?: string;
  readonly limits?: Partial<FetchLimits>;
  /** Told after each request that reached the network: what installations pay. */
  readonly onFetch?: (report: FetchReport) => void;
}

/** Of one fetch: bytes received, milliseconds until it is given up, and what isomorphic-git may hold. */
export interface FetchLimits extends StoreLimits {
  readonly milliseconds: number;
  /** Of all that is kept: a larger directory is begun anew. */
  readonly keptBytes: number;
}

export type FetchReport = { readonly bytes: number } & (
  | { readonly commit: string; readonly depth: number }
  | { readonly blobs: number }
);

export interface RemoteRepository extends ObjectSource {
  readonly url: string;
  /**
   * Sees to it that the commit is here with its files, and its ancestors down to `depth` (1: itself alone). Asks the host
   * only where something is missing. After a push a depth that reaches the commit fetched last costs only what changed.
   *
   * @throws GIT_UNREACHABLE, GIT_REFUSED, GIT_TOO_LARGE, GIT_NOT_A_COMMIT, LINK_HOST
   */
  ensureCommit(commit: string, depth?: number): Promise<void>;
  /**
   * The commits that these branches point at now; one that is not there is left out.
   *
   * @throws GIT_UNREACHABLE, GIT_REFUSED
   */
  readBranches(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * The branches whose names begin so, with the commits that they point at now.
   *
   * @throws GIT_UNREACHABLE, GIT_REFUSED
   */
  listBranches(prefix: string): Promise<ReadonlyMap<string, string>>;
}

export const defaultFetchLimits: FetchLimits = {
  ...defaultStoreLimits,
  // Isomorphic-git holds several at once.
  objectBytes: 32 * 1024 ** 2,
  milliseconds: 120_000,
  keptBytes: 1024 ** 3,
};

/** Fetches into one directory take their turns. */
const queues = new Map<string, PQueue>();

/**
 * A repository over smart HTTP, kept in a directory: native git, where it is there, fetches commits and trees and then
 * the files that are asked for; isomorphic-git whole commits. Only whole object ids are asked for, never a branch or tag.
 *
 * @throws LINK_HOST where the address is not one that may be fetched from
 */
export function openRemoteRepository(settings: RemoteSettings): RemoteRepository {
  const { url, git, token, onFetch } = settings;
  const { origin, trust } = toAllowedOrigin(url, settings.enterpriseOrigin);
  const limits = { ...defaultFetchLimits, ...settings.limits };
  const directory = resolve(settings.directory);
  const gitDirectory = join(directory, git ? "partial" : "whole");
  const wanted = new Map<string, number>();
  let received = 0;
  const mirror = openKeptMirror({
    gitDirectory,
    open: openMirror,
    mostBytes: git ? limits.keptBytes : limits.packBytes,
    patience: limits.milliseconds,
  });
  const source = openMendedSource({
    source: () => ({ ...mirror.current(), streamBlobs }),
    isFetched: (commit) => wanted.has(commit),
    mend: () => queue.add(mend),
  });
  const queue = queues.get(directory) ?? new PQueue({ concurrency: 1 });
  queues.set(directory, queue);

  function openMirror() {
    if (!git) return openWholeMirror({ gitDirectory, url, connect, limits });
    return openPartialMirror({ git, gitDirectory, url, connect, milliseconds: limits.milliseconds });
  }

  function connect(signal: AbortSignal) {
    const onReceive = (bytes: number) => {
      received += bytes;
    };
    return openTransport({ origin, trust, signal, maxBytes: limits.packBytes, onReceive, ...(token && { token }) });
  }

  async function listBranches(prefix: string): Promise<ReadonlyMap<string, string>> {
    const http = connect(AbortSignal.timeout(limits.milliseconds));
    const heads = "refs/heads/";
    try {
      const refs = await listServerRefs({ http, url, prefix: `${heads}${prefix}`, protocolVersion: 2 });
      const branches = refs.filter(({ ref, oid }) => ref.startsWith(`${heads}${prefix}`) && isObjectId(oid));
      return new Map(branches.map(({ ref, oid }) => [ref.slice(heads.length), oid]));
    } catch (error) {
      if (error instanceof CountersignError) throw error;
      throw failure("GIT_UNREACHABLE", `could not read the branches of ${url}`, { cause: error });
    }
  }

  function fetchCommit(commit: string, depth: number): Promise<void> {
    return mirror.fetch(async (at) => {
      const before = received;
      await at.fetchCommit(commit, depth);
      onFetch?.({ commit, depth, bytes: received - before });
    });
  }

  function fetchBlobs(oids: readonly string[]): Promise<void> {
    return mirror.fetch(async (at) => {
      const before = received;
      await at.fetchBlobs(oids);
      onFetch?.({ blobs: oids.length, bytes: received - before });
    });
  }

  async function mend(): Promise<void> {
    await mirror.empty();
    for (const [commit, depth] of wanted) await fetchCommit(commit, depth);
  }

  async function streamBlobs(oids: readonly string[], open: OpenBlob): Promise<void> {
    await queue.add(async () => {
      const absent = await mirror.current().findAbsent(oids);
      if (absent.length > 0) await fetchBlobs(absent);
    });
    await mirror.current().streamBlobs(oids, open);
  }

  /** What is spoiled is not here. */
  async function isThere(commit: string, depth: number): Promise<boolean> {
    try {
      return await isHere(mirror.current(), commit, depth);
    } catch (error) {
      if (!isSpoiled(error)) throw error;
      await mirror.empty();
      return false;
    }
  }

  return {
    url,
    readObject: source.readObject,
    streamBlobs: source.streamBlobs,
    async ensureCommit(commit, depth = 1) {
      if (!isObjectId(commit))
        throw failure("GIT_NOT_A_COMMIT", `expected a commit's 40 hexadecimal digits, found "${commit}"`);
      await queue.add(async () => {
        if (!(await isThere(commit, depth))) {
          if (await mirror.isOversized()) await mirror.empty();
          await fetchCommit(commit, depth);
          if (!(await isHere(mirror.current(), commit, depth)))
            throw failure("GIT_REFUSED", `expected the commit ${commit} from ${url}, found that it sends less`);
        }
        wanted.set(commit, Math.max(depth, wanted.get(commit) ?? 0));
      });
    },
    async readBranches(names) {
      const distinct = [...new Set(names)];
      const tips = await Promise.all(
        distinct.map(async (name) => [name, (await listBranches(name)).get(name)] as const),
      );
      return new Map(tips.flatMap(([name, oid]) => (oid === undefined ? [] : [[name, oid]])));
    },
    listBranches,
  };
}

/** Only what starts exactly with an allowed origin: no `ext::`, `file:`, `ssh:`, no name and password in the address. */
function toAllowedOrigin(url: string, enterpriseOrigin: string | undefined) {
  const parsed = URL.parse(url);
  const origin = parsed?.origin ?? "";
  const trust = origin === enterpriseOrigin ? "private" : "public";
  const isPlain = parsed !== null && `${parsed.origin}${parsed.pathname}` === url && parsed.pathname.length > 1;
  if (isPlain && (origin === "https://github.com" || trust === "private")) return { origin, trust } as const;
  const allowed = ["https://github.com", enterpriseOrigin].filter((name) => name !== undefined).join(" or ");
  throw failure("LINK_HOST", `expected an address at ${allowed}, found another`, { subject: url });
}

/** Whether the commit and its ancestors down to the depth are here. A pack comes whole, so that a commit's trees came with it. */
async function isHere(source: ObjectSource, commit: string, depth: number): Promise<boolean> {
  let level = new Set([commit]);
  const seen = new Set<string>();
  for (let left = depth; left > 0 && level.size > 0; left--) {
    const next = new Set<string>();
    for (const oid of level) {
      const found = await findCommit(source, oid);
      if (found === undefined) return false;
      seen.add(oid);
      for (const parent of found.parents) if (!seen.has(parent)) next.add(parent);
    }
    level = next;
  }
  return true;
}
