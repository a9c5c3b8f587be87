import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CountersignError, failure } from "../../errors.ts";
import type { Transport } from "./transport.ts";

/**
 * A door on this machine through which one git process reaches one repository. Everything that the transport holds is
 * held for native git too: addresses, redirects, bytes, time; and git never sees the token.
 */
export interface Relay extends AsyncDisposable {
  readonly url: string;
  /** The header that opens the door; other users of this machine do not have it. */
  readonly header: string;
  /** Why a request failed, in our words: git only says that it did. */
  failure(): CountersignError | undefined;
}

export interface RelaySettings {
  /** The repository's own address. */
  readonly url: string;
  readonly transport: Transport;
  /** Told when a request failed, or when git takes longer over what it got than its bytes are worth. */
  readonly onFailure: () => void;
}

const headerName = "x-countersign-relay";

/** Of a request: wants and haves of a fetch. */
const maxRequestBytes = 32 * 1024 ** 2;

/** A bomb is small on the way and endless to unpack: git gets eight seconds, and one more for each ten megabytes. */
const unpackingMilliseconds = (received: number) => 8_000 + received / 10_000;

export async function openRelay({ url, transport, onFailure }: RelaySettings): Promise<Relay> {
  const secret = randomBytes(32);
  let failed: CountersignError | undefined;
  let unpacking = 0;
  let timer: NodeJS.Timeout | undefined;

  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      // Where git has gone, its own words tell why.
      if (!response.destroyed) fail(error instanceof CountersignError ? error : unreachable(url, error));
      response.destroy();
    });
  });

  function fail(error: CountersignError): void {
    failed ??= error;
    onFailure();
  }
  function timeLeft(): number {
    return Math.max(0, Math.ceil(unpackingMilliseconds(transport.received()) - unpacking));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = Buffer.from(String(request.headers[headerName] ?? ""), "hex");
    if (key.length !== secret.length || !timingSafeEqual(key, secret)) {
      response.writeHead(403).end();
      return;
    }
    clearTimeout(timer);
    const payload = request.method === "POST" ? await collect(request) : undefined;
    const { method = "GET" } = request;
    const { headers, body } = await transport.exchange(`${url}${request.url}`, {
      method,
      headers: pick(request.headers, ["accept", "content-type", "content-encoding", "git-protocol", "user-agent"]),
      payload,
    });
    response.writeHead(200, pick(headers, ["content-type", "cache-control"]));
    const closed = new AbortController();
    response.once("close", () => closed.abort());
    for await (const chunk of body) {
      if (!response.write(chunk)) await waitForGit(response, closed.signal);
      if (response.destroyed) return;
    }
    response.end();
    timer = setTimeout(() => fail(tooSlow()), timeLeft());
  }

  async function waitForGit(response: ServerResponse, closed: AbortSignal): Promise<void> {
    const start = performance.now();
    const signal = AbortSignal.any([closed, AbortSignal.timeout(timeLeft())]);
    await once(response, "drain", { signal }).catch(() => {
      if (!closed.aborted) throw tooSlow();
    });
    unpacking += performance.now() - start;
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    header: `${headerName}: ${secret.toString("hex")}`,
    failure: () => failed,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function pick(headers: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxRequestBytes) throw failure("GIT_TOO_LARGE", `expected to ask with ${maxRequestBytes} bytes at most`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooSlow(): CountersignError {
  return failure("GIT_TOO_LARGE", "expected objects that are soon unpacked, found some that swell on and on");
}

function unreachable(url: string, cause: unknown): CountersignError {
  return failure("GIT_UNREACHABLE", `could not fetch from ${url}`, { cause });
}
