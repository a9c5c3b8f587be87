import http from "node:http";
import https from "node:https";
import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { failure } from "../../errors.ts";
import { lookupPublic } from "./public-address.ts";

export interface TransportSettings {
  /** Where requests may go, redirects too: scheme, host and port. */
  readonly origin: string;
  /** Whether `origin` may be http and have a private address: the host that the operator named. */
  readonly trust: "public" | "private";
  readonly token?: string;
  /** Of all responses together. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const maxRedirects = 3;
const refsSuffix = "/info/refs?service=git-upload-pack";

/**
 * The HTTP below isomorphic-git's fetch. It takes a response whole and within the limit before git reads it, follows
 * redirects (of a renamed repository) only on the same origin, and sends the token nowhere but there.
 */
export function openTransport(settings: TransportSettings): HttpClient & { readonly received: () => number } {
  let received = 0;
  let moved: { readonly from: string; readonly to: string } | undefined;

  async function request({ url, method = "GET", headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
    const payload = body === undefined ? undefined : await collect(body);
    const asked = moved !== undefined && method === "POST" ? url.replace(moved.from, moved.to) : url;
    const { response, target } = await follow(asked, { method, headers, payload });
    if (method === "GET") moved = { from: toBase(url), to: toBase(target) };
    assertAnswer(response, target);
    const bytes = await readBody(response);
    return {
      url: target,
      method,
      statusCode: 200,
      statusMessage: "OK",
      headers: toPlainHeaders(response),
      body: toIterator(bytes),
    };
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

  async function readBody(response: http.IncomingMessage): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      received += chunk.length;
      if (received > settings.maxBytes)
        throw failure("GIT_TOO_LARGE", `expected ${settings.maxBytes} bytes at most, the host sends more`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  return { request, received: () => received };
}

interface Message {
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

function assertAnswer({ statusCode = 0 }: http.IncomingMessage, url: string): void {
  if (statusCode === 200) return;
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
