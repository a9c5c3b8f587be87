import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Probot } from "probot";
import { z } from "zod";

export const webhookPath = "/api/github/webhooks";

/** GitHub sends at most 25 MB. */
const maxBody = 25 * 1024 * 1024;

/** For the rest of a body that is too large, in milliseconds. */
const patience = 2_000;

const header = z.object({
  "x-github-delivery": z.string().regex(/^[\w-]{1,64}$/),
  // Handlers are looked up by this name, which is not signed: none that every object has (threats W34, W37).
  "x-github-event": z
    .string()
    .regex(/^[a-z]+(_[a-z]+)*$/)
    .max(64)
    .refine((name) => !(name in {})),
  "x-hub-signature-256": z.string().regex(/^sha256=[0-9a-f]{64}$/),
});

/** The App's HTTP door: webhooks and health, nothing else. Bodies are counted before they are kept, and never logged. */
export function createAppServer(probot: Probot, log: { warn(fields: object, message: string): void }): Server {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, async (request, response) => {
    try {
      answer(response, await route(request, probot));
    } catch (error) {
      log.warn({ reason: error instanceof Error ? error.name : "unknown" }, "a request could not be handled");
      answer(response, { status: 500, body: { error: "internal" } });
    }
  });
  server.maxConnections = 1000;
  return server;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function route(request: IncomingMessage, probot: Probot): Promise<Answer> {
  const path = request.url?.split("?", 1)[0];
  if (path === "/health" && request.method === "GET") return { status: 200, body: { status: "ok" } };
  if (path === webhookPath && request.method === "POST") return receive(request, probot);
  return { status: 404, body: { error: "not found" } };
}

async function receive(request: IncomingMessage, probot: Probot): Promise<Answer> {
  const headers = header.safeParse(request.headers);
  if (!headers.success) return { status: 400, body: { error: "expected the headers of a GitHub webhook" } };
  const payload = await readBody(request);
  if (payload === undefined) return { status: 413, body: { error: `expected at most ${maxBody} bytes` } };
  if (payload === "") return { status: 400, body: { error: "expected a body" } };
  const { "x-github-delivery": id, "x-github-event": name, "x-hub-signature-256": signature } = headers.data;
  if (!(await probot.webhooks.verify(payload, signature))) return { status: 401, body: { error: "wrong signature" } };
  if (!isObject(payload)) return { status: 400, body: { error: "expected a JSON object" } };
  await probot.webhooks.receive({ id, name: name as "push", payload: JSON.parse(payload) });
  return { status: 202, body: { accepted: id } };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > maxBody) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBody) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function answer(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent) return;
  const text = JSON.stringify(body);
  const close = status === 413 ? { connection: "close" } : {};
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...close };
  response.writeHead(status, { ...headers, "cache-control": "no-store" });
  if (status !== 413) response.end(text);
  else endUnread(response, text);
}

/** Closed at once, with bytes of the request unread, the connection would be reset, and the answer lost with it. */
function endUnread(response: ServerResponse, text: string): void {
  const { req: request } = response;
  const end = () => response.end();
  const timer = setTimeout(end, patience);
  request.once("close", () => clearTimeout(timer)).once("end", end);
  response.write(text);
  request.resume();
}
