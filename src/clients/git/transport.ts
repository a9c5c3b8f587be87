import http from "node:http";
import https from "node:https";
import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { failure } from "../../errors.ts";
import { toPrintablePath } from "../../protocol/printable-path.ts";
import { lookupPublic } from "./public-address.ts";

export interface TransportSettings {
  /** Where requests may go, redirects too: scheme, host and port. */
  readonly origin: string;
  /** Whether `origin` may be http and have a private address: the host that the operator named. */
  readonly trust: "public" | "private";
  readonly token?: string;
  /** Of all responses together. */
  readonly maxBytes: number;
  readonly onReceive?: (bytes: number) => void;
  readonly signal: AbortSignal;
}

const maxRedirects = 3;
const refsSuffix = "/info/refs?service=git-upload-pack";

export interface Transport extends HttpClient {
  /** One request, whose answer comes in pieces: within the limit, from the one origin. @throws LINK_HOST, GIT_REFUSED … */
  exchange(url: string, message: Message): Promise<Exchanged>;
  /** Bytes received by all requests. */
  received(): number;
}

export interface Exchanged {
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** @throws GIT_TOO_LARGE */
  readonly body: AsyncIterable<Buffer>;
}

/**
 * The HTTP below git's fetch. It holds answers within the limit, follows redirects (of a renamed repository) only on the
 * same origin, and sends the token nowhere but there.
 */
export function openTransport(settings: TransportSettings): Transport {
  let received = 0;
  let moved: { readonly from: string; readonly to: string } | undefined;

  async function exchange(url: string, message: Message): Promise<Exchanged> {
    const asked = moved !== undefined && message.method === "POST" ? url.replace(moved.from, moved.to) : url;
    const { response, target } = await follow(asked, message);
    if (message.method === "GET") moved = { from: toBase(url), to: toBase(target) };
    try {
      assertAnswer(response, target);
      assertSize(Number(response.headers["content-length"] ?? 0));
    } catch (error) {
      response.destroy();
      throw error;
    }
    return { url: target, headers: toPlainHeaders(response), body: readBody(response) };
  }

  async function follow(url: string, message: Message) {
    let target = url;
    for (let redirects = 0; ; redirects++) {
      if (new URL(target).origin !== settings.origin)
        throw failure("LINK_HOST", `expected to stay at ${settings.origin}, was sent elsewhere`);
      const response = await send(target, message, settings);
      const { location } = response.headers;
      if (!isRedirect(response) || location === undefined) return { response, target };
      response.destroy();
      if (redirects === maxRedirects || message.method !== "GET")
        throw failure("GIT_REFUSED", `expected ${maxRedirects} redirects at most and none of a POST`);
      target = new URL(location, target).href;
    }
  }

  async function* readBody(response: http.IncomingMessage): AsyncGenerator<Buffer> {
    for await (const chunk of response) {
      received += chunk.length;
      settings.onReceive?.(chunk.length);
      assertSize(0);
      yield chunk;
    }
  }

  function assertSize(announced: number): void {
    if (received + announced > settings.maxBytes)
      throw failure(
        "GIT_TOO_LARGE",
        `expected ${settings.maxBytes} bytes at most (limit pack-bytes), found that the host sends more`,
      );
  }

  return {
    exchange,
    received: () => received,
    async request({ url, method = "GET", headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
      const payload = body === undefined ? undefined : await collect(body);
      const answer = await exchange(url, { method, headers, payload });
      const bytes = await collect(answer.body);
      const status = { statusCode: 200, statusMessage: "OK" };
      return { url: answer.url, method, ...status, headers: { ...answer.headers }, body: toIterator(bytes) };
    },
  };
}

export interface Message {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer | undefined;
}

function send(url: string, message: Message, settings: TransportSettings): Promise<http.IncomingMessage> {
  const { token, trust, signal } = settings;
  const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  const headers = { ...message.headers, ...(token === undefined ? {} : { authorization }) };
  const options = { method: message.method, headers, signal, ...(trust === "public" ? { lookup: lookupPublic } : {}) };
  const { request } = url.startsWith("https:") ? https : http;
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on("error", reject).end(message.payload);
  });
}

function isRedirect({ statusCode }: http.IncomingMessage): boolean {
  return statusCode !== undefined && [301, 302, 303, 307, 308].includes(statusCode);
}

function assertAnswer({ statusCode = 0, headers }: http.IncomingMessage, url: string): void {
  const type = headers["content-type"] ?? "";
  if (statusCode === 200 && type.startsWith("application/x-git-upload-pack-")) return;
  if (statusCode === 200)
    throw failure(
      "GIT_UNREACHABLE",
      `expected git's answer from ${toBase(url)}, found another: ${toPrintablePath(type)}`,
    );
  const code = statusCode >= 500 || statusCode === 429 ? "GIT_UNREACHABLE" : "GIT_REFUSED";
  throw failure(code, `expected 200 from ${toBase(url)}, found ${statusCode}`);
}

function toBase(url: string): string {
  if (url.endsWith(refsSuffix)) return url.slice(0, -refsSuffix.length);
  return url.replace(/\/git-upload-pack$/, "");
}

function toPlainHeaders({ headers }: http.IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* toIterator(bytes: Uint8Array) {
  yield bytes;
}
