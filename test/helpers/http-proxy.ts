import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Called with `METHOD /path` before the request goes on; `drop` closes the connection, `forward` asks the target. */
export type HttpIntercept = (line: string, forward: () => Promise<void>) => Promise<"drop" | undefined>;

export interface HttpProxy {
  /** Host and port. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Stands between a client and a server over http, and fails as it is told. */
export async function startHttpProxy(target: string, intercept: HttpIntercept): Promise<HttpProxy> {
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming);
    const path = incoming.url?.split("?", 1)[0];
    let answer: (() => void) | undefined;
    const forward = async () => {
      answer = await ask(target, { incoming, body, outgoing });
    };
    const fate = await intercept(`${incoming.method} ${path}`, forward).catch(() => "drop" as const);
    if (fate === "drop") incoming.socket.destroy();
    else answer?.();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Asks the target, and answers how to pass its answer on. */
async function ask(
  target: string,
  { incoming, body, outgoing }: { incoming: IncomingMessage; body: Buffer; outgoing: ServerResponse },
): Promise<() => void> {
  const url = new URL(incoming.url ?? "/", target);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send(url, { method: incoming.method, headers: incoming.headers }, resolve).on("error", reject).end(body);
  });
  const content = await buffer(response);
  return () => outgoing.writeHead(response.statusCode ?? 502, response.headers).end(content);
}
