import type { Octokit } from "@octokit/rest";
import { failure } from "../../errors.ts";
import { toGithubFailure, toStatus } from "../github.ts";

/** Of one repository read over the API: requests in all, and of one answer bytes of JSON, bytes of a blob, milliseconds. */
export interface ApiLimits {
  readonly requests: number;
  readonly jsonBytes: number;
  readonly blobBytes: number;
  readonly milliseconds: number;
}

export interface ApiPlace {
  readonly owner: string;
  readonly repository: string;
}

/** One answer, its body still on the way. */
export interface ApiAnswer {
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly body: AsyncGenerator<Uint8Array>;
}

export interface ApiRequests {
  /** Undefined where there is no such object of this kind. @throws GITHUB_REFUSED, GITHUB_UNREACHABLE, GIT_TOO_LARGE, LINK_HOST */
  get(kind: "commits" | "trees" | "blobs", oid: string, options: AskOptions): Promise<ApiAnswer | undefined>;
  /** @throws GIT_TOO_LARGE where so many more are too many: before the first, not half way */
  assertLeft(count: number): void;
}

export interface AskOptions {
  readonly accept: string;
  readonly signal?: AbortSignal | undefined;
}

/** A renamed repository answers with one. */
const maxRedirects = 3;

/**
 * Asks GitHub's git database. Redirects are followed here and only to the same origin: fetch itself would keep the token
 * from another host, but ask there all the same (threats F25, F26).
 */
export function openApiRequests(
  api: Pick<Octokit, "request">,
  { owner, repository, limits }: ApiPlace & { readonly limits: ApiLimits },
): ApiRequests {
  const { origin } = new URL(api.request.endpoint.DEFAULTS.baseUrl);
  let asked = 0;

  function assertLeft(count: number): void {
    if (asked + count > limits.requests)
      throw failure("GIT_TOO_LARGE", `expected ${limits.requests} requests at most, found ${asked + count} needed`);
  }

  async function ask(route: string, { accept, signal }: { accept: string; signal: AbortSignal }, at: object) {
    assertLeft(1);
    asked += 1;
    const request = { signal, redirect: "manual", parseSuccessResponseBody: false } as const;
    try {
      return await api.request(route, { ...at, headers: { accept }, request });
    } catch (cause) {
      // GitHub says 422 of an object that is of another kind.
      if ([404, 422].includes(toStatus(cause))) return undefined;
      throw toGithubFailure(cause);
    }
  }

  return {
    assertLeft,
    async get(kind, oid, { accept, signal }) {
      const timeout = AbortSignal.timeout(limits.milliseconds);
      const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      const options = { accept, signal: either };
      let answer = await ask(`GET /repos/{owner}/{repo}/git/${kind}/{oid}`, options, { owner, repo: repository, oid });
      for (let redirects = 0; answer !== undefined && isRedirect(answer.status); redirects++) {
        const target = URL.parse(answer.headers.location ?? "", origin);
        if (target?.origin !== origin) throw failure("LINK_HOST", `expected to stay at ${origin}, was sent elsewhere`);
        if (redirects === maxRedirects) throw failure("GITHUB_REFUSED", `expected ${maxRedirects} redirects at most`);
        await discard(answer.data);
        answer = await ask(`GET ${target.href}`, options, {});
      }
      return answer && { headers: answer.headers, body: readBody(answer.data, either) };
    },
  };
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

async function discard(body: unknown): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel();
}

/** The client may have a time limit instead of ours, so that ours is also looked at between the pieces. */
async function* readBody(body: unknown, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!(body instanceof ReadableStream)) return;
  try {
    for await (const chunk of body) {
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (cause) {
    throw toGithubFailure(cause);
  }
}

/** @throws GIT_TOO_LARGE */
export async function collectBody(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw failure("GIT_TOO_LARGE", `expected ${limit} bytes at most in an answer, found more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
