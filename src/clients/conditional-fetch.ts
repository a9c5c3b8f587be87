import { createHash } from "node:crypto";

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** In bytes: of all answers that are kept, and of one. */
export interface KeptAnswers {
  readonly total: number;
  readonly each: number;
}

interface Kept {
  readonly tag: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

const sizes: KeptAnswers = { total: 64 * 1024 * 1024, each: 1024 * 1024 };

/** What an answer takes beside its body: headers, key, objects. */
const overhead = 2048;

/**
 * A fetch that asks GitHub whether what it answered before is still so. A 304 costs nothing of the hourly limit, and nothing
 * is ever answered without one. An answer is kept for the token that got it: GitHub's tags are of no use to another, and
 * what one repository answered is never shown to another (threats G55). Forgets what was not asked for longest.
 */
export function createConditionalFetch(fetch: Fetch, { total, each }: KeptAnswers = sizes): Fetch {
  const kept = new Map<string, Kept>();
  let size = 0;

  function forget(key: string): void {
    const found = kept.get(key);
    if (found && kept.delete(key)) size -= sizeOf(found);
  }

  function keep(key: string, answer: Kept): void {
    forget(key);
    kept.set(key, answer);
    size += sizeOf(answer);
    for (const oldest of kept.keys()) {
      if (size <= total) return;
      forget(oldest);
    }
  }

  return async (url, init) => {
    if (init.method !== "GET") return fetch(url, init);
    const headers = new Headers(init.headers);
    const key = toKey(url, headers);
    const before = kept.get(key);
    if (before) headers.set("if-none-match", before.tag);
    const answer = await fetch(url, { ...init, headers });
    if (before && answer.status === 304) {
      keep(key, before);
      return replay(before, answer);
    }
    const tag = answer.headers.get("etag");
    if (answer.status !== 200 || tag === null || answer.redirected) return answer;
    const whole = { tag, headers: answer.headers, body: await answer.arrayBuffer() };
    if (whole.body.byteLength <= each) keep(key, whole);
    return replay(whole, answer);
  };
}

function toKey(url: string, headers: Headers): string {
  const parts = [headers.get("authorization"), headers.get("accept"), url];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}

function sizeOf({ body }: Kept): number {
  return body.byteLength + overhead;
}

/** As if it had just been answered; what the 304 itself says, of limits and dates, is newer. */
function replay({ headers, body }: Kept, latest: Response): Response {
  const merged = new Headers(headers);
  for (const [name, value] of latest.headers) merged.set(name, value);
  return Object.defineProperty(new Response(body, { headers: merged }), "url", { value: latest.url });
}
