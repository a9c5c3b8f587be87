import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Probot } from "probot";
import { z } from "zod";
import type { Deliveries } from "../clients/store/database-deliveries.ts";
import { type BodyLimits, createBodyReader } from "./body.ts";
import { isSigned } from "./signature.ts";

export const webhookPath = "/api/github/webhooks";

const mebibyte = 1024 * 1024;

/** GitHub sends at most 25 MB. */
const defaultLimits: BodyLimits = { one: 25 * mebibyte, all: 256 * mebibyte };

/** For the rest of a body that is not read, in milliseconds. */
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

/** What stands behind the door. */
export interface DoorOptions {
  readonly probot: Probot;
  /** Each is as good as the others: two while one takes the other's place. */
  readonly secrets: readonly string[];
  readonly deliveries: Pick<Deliveries, "isKnown" | "remember">;
  readonly log: { warn(fields: object, message: string): void };
  readonly limits?: BodyLimits;
}

/** The App's HTTP door: webhooks and health, nothing else. Bodies are counted before they are kept, and never logged. */
export function createAppServer({ limits = defaultLimits, ...door }: DoorOptions): Server {
  const readBody = createBodyReader(limits);
  const times = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
  const server = createServer(times, async (request, response) => {
    try {
      answer(response, await route(request, { ...door, readBody }));
    } catch (error) {
      door.log.warn({ reason: error instanceof Error ? error.name : "unknown" }, "a request could not be handled");
      answer(response, { status: 500, body: { error: "internal" } });
    }
  });
  server.maxConnections = 1000;
  return server;
}

type Door = Omit<DoorOptions, "limits"> & { readonly readBody: ReturnType<typeof createBodyReader> };

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const refusals = {
  headers: { status: 400, body: { error: "expected the headers of a GitHub webhook" } },
  "too-large": { status: 413, body: { error: "expected a smaller body" } },
  busy: { status: 503, body: { error: "too many bodies at once" } },
  empty: { status: 400, body: { error: "expected a body" } },
  signature: { status: 401, body: { error: "wrong signature" } },
  json: { status: 400, body: { error: "expected a JSON object" } },
} as const satisfies Record<string, Answer>;

async function route(request: IncomingMessage, door: Door): Promise<Answer> {
  const path = request.url?.split("?", 1)[0];
  if (path === "/health" && request.method === "GET") return { status: 200, body: { status: "ok" } };
  if (path === webhookPath && request.method === "POST") return receive(request, door);
  return { status: 404, body: { error: "not found" } };
}

async function receive(request: IncomingMessage, { probot, secrets, deliveries, readBody }: Door): Promise<Answer> {
  const headers = header.safeParse(request.headers);
  if (!headers.success) return refusals.headers;
  const body = await readBody(request);
  if (typeof body === "string") return refusals[body];
  if (body.length === 0) return refusals.empty;
  const { "x-github-delivery": id, "x-github-event": name, "x-hub-signature-256": signature } = headers.data;
  if (!isSigned(body, { signature, secrets })) return refusals.signature;
  const payload = parseObject(body);
  if (payload === undefined) return refusals.json;
  const accepted = { status: 202, body: { accepted: id } };
  if (await deliveries.isKnown(id)) return accepted;
  await probot.webhooks.receive({ id, name: name as "push", payload: payload as never });
  await deliveries.remember(id);
  return accepted;
}

function parseObject(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, { status, body }: Answer): void {
  if (response.headersSent) return;
  const text = JSON.stringify(body);
  const isUnread = status === 413 || status === 503;
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, ...(isUnread && { connection: "close" }), "cache-control": "no-store" });
  if (isUnread) endUnread(response, text);
  else response.end(text);
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
