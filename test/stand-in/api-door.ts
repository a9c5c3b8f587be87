import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type Actor, accountOf, assertAllowed, identify, maySee } from "./actor.ts";
import { coerce, project, violations } from "./description.ts";
import type { Call, Context, Endpoint, Reply } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import type { OperationId } from "./openapi/used.ts";
import { paginate } from "./pages.ts";
import { found, notFound, Refusal } from "./refusal.ts";
import { match, type Route } from "./router.ts";
import type { Repository } from "./state.ts";
import { inTurn } from "./turns.ts";
import { findRenamed, findRepository, fullName, type World } from "./world.ts";

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

const prefix = "/api/v3";
const rawHeaders = { "content-type": "application/vnd.github.raw" };

export function isApi(url: URL): boolean {
  return url.pathname.startsWith(`${prefix}/`);
}

/** The operation asked for; `/repositories/ID/…`, where renamed repositories redirect to, means `/repos/OWNER/NAME/…`. */
export function routeOf(world: World, { method, url }: Pick<ApiRequest, "method" | "url">): Route | undefined {
  const path = url.pathname.slice(prefix.length).replace(/^\/repositories\/(\d+)/, (text, id: string) => {
    const repository = world.repositories.get(Number(id));
    return repository ? `/repos/${fullName(repository)}` : text;
  });
  return match(method, path);
}

export async function answerApi(context: Context, request: ApiRequest, route: Route | undefined): Promise<ApiResponse> {
  const actor = identify(context.world, context.tokens, request.headers.authorization);
  const known = found(route);
  const repository = findNamed(context.world, request, { actor, parameters: known.parameters });
  const work = () => perform(context, request, { route: known, actor, repository });
  return repository && request.method !== "GET" ? inTurn(repository, work) : work();
}

interface Admitted {
  readonly route: Route;
  readonly actor: Actor;
  readonly repository: Repository | undefined;
}

async function perform(context: Context, request: ApiRequest, { route, actor, repository }: Admitted) {
  const { id, operation } = route;
  const endpoint: Endpoint<never> = endpoints[id];
  if (!endpoint.open && repository) assertAllowed(actor, repository, endpoint);
  const input = readInput(request, route);
  const call = toCall(context, { actor, repository, headers: request.headers });
  const reply = await answerOrRefuse(() => endpoint.answer(input as never, call), route);
  if ("raw" in reply && reply.raw) return { status: reply.status, headers: rawHeaders, body: reply.raw };
  return toResponse(await toPage(reply, request.url), { id, schemas: operation.responses, request });
}

/** Refusals too are described by GitHub, as far as their status is. */
async function answerOrRefuse(work: () => Reply | Promise<Reply>, { id, operation }: Route): Promise<Reply> {
  try {
    return await work();
  } catch (error) {
    const schema = error instanceof Refusal && operation.responses[error.status];
    const problems = schema && error instanceof Refusal ? violations(schema, error.body) : [];
    if (problems.length > 0) throw new Violation(`refusal of ${id}: ${problems.join("; ")}`);
    throw error;
  }
}

function findNamed(
  world: World,
  request: ApiRequest,
  { actor, parameters }: { actor: Actor; parameters: Record<string, string> },
): Repository | undefined {
  const { owner, repo } = parameters;
  if (owner === undefined || repo === undefined) return undefined;
  const repository = findRepository(world, owner, repo);
  const renamed = repository ?? findRenamed(world, owner, repo);
  if (renamed === undefined || (actor.kind !== "app" && !maySee(actor, renamed))) throw notFound();
  if (repository === undefined) throw moved(world, renamed, request);
  return repository;
}

function moved(world: World, repository: Repository, { url, method }: ApiRequest): Refusal {
  const rest = url.pathname.slice(prefix.length).split("/").slice(4).join("/");
  const location = `${world.origin}${prefix}/repositories/${repository.id}${rest && `/${rest}`}${url.search}`;
  return new Refusal(method === "GET" ? 301 : 307, "Moved Permanently", {
    headers: { location },
    body: { url: location },
  });
}

function readInput({ url, body }: ApiRequest, { id, operation, parameters }: Route): Record<string, unknown> {
  const inUrl: Record<string, unknown> = { ...Object.fromEntries(url.searchParams), ...parameters };
  const json: unknown = body.length > 0 ? parseBody(body) : {};
  const problems = [
    ...coerce(operation.parameters, inUrl),
    ...(operation.body ? violations(operation.body, json) : []),
  ];
  if (problems.length > 0) throw new Violation(`request ${id}: ${problems.join("; ")}`);
  return { ...(Array.isArray(json) ? { items: json } : (json as object)), ...inUrl };
}

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
}

/** Something that GitHub's description does not allow; the stand-in's answer to it is 500. */
export class Violation extends Error {}

function toCall(
  context: Context,
  { actor, repository, headers }: { actor: Actor; repository: Repository | undefined; headers: IncomingHttpHeaders },
): Call {
  return {
    ...context,
    actor,
    headers,
    get sender() {
      return accountOf(actor);
    },
    get repository() {
      return found(repository);
    },
  };
}

async function toPage(reply: Reply, url: URL): Promise<{ status: number; data?: unknown; link?: string | undefined }> {
  if (!("items" in reply)) return reply;
  const { page, link } = paginate(reply.items, url);
  const data = await Promise.all(page.map((shape) => shape()));
  const isWrapped = reply.key !== undefined;
  return { status: 200, link, data: isWrapped ? { total_count: reply.items.length, [reply.key ?? ""]: data } : data };
}

function toResponse(
  { status, data, link }: { status: number; data?: unknown; link?: string | undefined },
  { id, schemas, request }: { id: OperationId; schemas: Route["operation"]["responses"]; request: ApiRequest },
): ApiResponse {
  const schema = schemas[status];
  if (schema === undefined) throw new Violation(`response ${id}: ${status} is not described`);
  if (schema === null) return { status, headers: {}, body: Buffer.alloc(0) };
  const shaped = project(schema, data);
  const problems = violations(schema, shaped);
  if (problems.length > 0) throw new Violation(`response ${id}: ${problems.join("; ")}`);
  const body = Buffer.from(JSON.stringify(shaped));
  // GitHub's differ from token to token, also where the answer does not.
  const { authorization = "" } = request.headers;
  const etag = `W/"${createHash("sha256").update(authorization).update(body).digest("hex")}"`;
  const headers = { "content-type": "application/json; charset=utf-8", etag, ...(link !== undefined && { link }) };
  if (request.method === "GET" && request.headers["if-none-match"] === etag)
    return { status: 304, headers, body: Buffer.alloc(0) };
  return { status, headers, body };
}
