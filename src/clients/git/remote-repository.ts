import { resolve } from "node:path";
import { fetch, listServerRefs } from "isomorphic-git";
import PQueue from "p-queue";
import { CountersignError, failure } from "../../errors.ts";
import { isObjectId } from "../../protocol/git-commit.ts";
import { openObjectCache } from "./object-cache.ts";
import { findCommit, type ObjectSource } from "./object-source.ts";
import type { PackLimits } from "./pack-check.ts";
import { openStores } from "./stores.ts";
import { openTransport } from "./transport.ts";

export interface RemoteSettings {
  /** `https://HOST/OWNER/REPO`, as the host names it to git. */
  readonly url: string;
  /** The bare cache of this one repository. One process at a time. */
  readonly directory: string;
  /** Scheme and host of `GHE_PROTOCOL` and `GHE_HOST`: besides https://github.com, and alone in being let be http or private. */
  readonly enterpriseOrigin?: string;
  /** Sent to the host of `url` only, as the password of `x-access-token`. */
  readonly token?: string;
  readonly limits?: Partial<FetchLimits>;
  /** Told after each request that reached the network: what installations pay. */
  readonly onFetch?: (report: FetchReport) => void;
}

/** Of one fetch: bytes received, milliseconds until it is given up, and what the pack may grow to. */
export interface FetchLimits extends PackLimits {
  readonly packBytes: number;
  readonly milliseconds: number;
}

export interface FetchReport {
  readonly commit: string;
  readonly depth: number;
  readonly bytes: number;
}

export interface RemoteRepository extends ObjectSource {
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
}

export const defaultFetchLimits: FetchLimits = {
  packBytes: 256 * 1024 ** 2,
  milliseconds: 120_000,
  objectBytes: 128 * 1024 ** 2,
  inflatedBytes: 4 * 1024 ** 3,
};

/** Fetches into one directory take their turns. */
const queues = new Map<string, PQueue>();

/**
 * A repository over smart HTTP, kept in a bare directory. Only whole commit ids are asked for, never a branch or tag.
 *
 * @throws LINK_HOST where the address is not one that may be fetched from
 */
export function openRemoteRepository(settings: RemoteSettings): RemoteRepository {
  const { origin, trust } = toAllowedOrigin(settings.url, settings.enterpriseOrigin);
  const limits = { ...defaultFetchLimits, ...settings.limits };
  const source = openStores([settings.directory], { packs: "judged", limits });
  const cache = openObjectCache(settings.directory, { source, limits });
  const key = resolve(settings.directory);
  const queue = queues.get(key) ?? new PQueue({ concurrency: 1 });
  queues.set(key, queue);

  function connect(signal: AbortSignal) {
    const token = settings.token === undefined ? {} : { token: settings.token };
    return openTransport({ origin, trust, signal, maxBytes: limits.packBytes, ...token });
  }

  async function readBranch(name: string): Promise<string | undefined> {
    const http = connect(AbortSignal.timeout(limits.milliseconds));
    const ref = `refs/heads/${name}`;
    try {
      const refs = await listServerRefs({ http, url: settings.url, prefix: ref, protocolVersion: 2 });
      const oid = refs.find((one) => one.ref === ref)?.oid;
      return oid !== undefined && isObjectId(oid) ? oid : undefined;
    } catch (error) {
      throw toFetchFailure(error, settings.url);
    }
  }

  async function fetchCommit(commit: string, depth: number): Promise<void> {
    const { have } = await cache.prepare(commit);
    const transport = connect(AbortSignal.timeout(limits.milliseconds));
    const place = { fs: cache.fs, gitdir: settings.directory, http: transport, url: settings.url };
    try {
      // `ref` is what git says it has, `remoteRef` what it wants.
      await fetch({ ...place, remote: "origin", ref: have, remoteRef: commit, depth, singleBranch: true, tags: false });
    } catch (error) {
      throw toFetchFailure(error, settings.url);
    } finally {
      settings.onFetch?.({ commit, depth, bytes: transport.received() });
    }
    if (!(await isHere(source, commit, depth)))
      throw failure("GIT_REFUSED", `expected the commit ${commit} from ${settings.url}, found that it sends none`);
    await cache.keep(commit);
  }

  return {
    ...source,
    async ensureCommit(commit, depth = 1) {
      if (!isObjectId(commit))
        throw failure("GIT_NOT_A_COMMIT", `expected a commit's 40 hexadecimal digits, found "${commit}"`);
      await queue.add(async () => {
        if (!(await isHere(source, commit, depth))) await fetchCommit(commit, depth);
      });
    },
    async readBranches(names) {
      const tips = await Promise.all([...new Set(names)].map(async (name) => [name, await readBranch(name)] as const));
      return new Map(tips.flatMap(([name, oid]) => (oid === undefined ? [] : [[name, oid]])));
    },
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

/** Whether the commit and its ancestors down to the depth are here. A pack comes whole, so that a commit's files came with it. */
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

function toFetchFailure(error: unknown, url: string): CountersignError {
  if (error instanceof CountersignError) return error;
  return failure("GIT_UNREACHABLE", `could not fetch from ${url}`, { cause: error });
}
