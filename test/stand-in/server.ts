import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiRequest, type ApiResponse, answerApi, isApi, routeOf, Violation } from "./api-door.ts";
import type { Context } from "./endpoint.ts";
import type { Fault, Faults } from "./faults.ts";
import { answerGit, parseGitUrl } from "./git-door.ts";
import { describeApp } from "./manifest-page.ts";
import { notFound, Refusal } from "./refusal.ts";

/** One request as it was answered; `route` is GitHub's template, or git's service with the file asked for. */
export interface Logged {
  readonly kind: "api" | "git";
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly authorization: string | undefined;
}

export interface Surroundings {
  readonly context: Context;
  readonly faults: Faults;
  readonly log: Logged[];
  report(violation: string): void;
}

export function createStandInServer(surroundings: () => Surroundings): Server {
  return createServer((request, response) => {
    answer(surroundings(), request, response).catch(() => response.destroy());
  });
}

async function answer(all: Surroundings, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", all.context.world.origin);
  const git = parseGitUrl(url);
  if (git) return answerAsGit(all, { git, request, response });
  const body = await readBody(request);
  const answered = isApi(url)
    ? await answerAsApi(all, { method: request.method ?? "GET", url, headers: request.headers, body }, response)
    : answerPage(all.context, url, body);
  const { status, headers, body: content } = answered;
  if (!response.destroyed) response.writeHead(status, { ...headers, "content-length": content.length }).end(content);
}

/** Of GitHub's pages there is one, to make an App on. */
function answerPage(context: Context, url: URL, body: Buffer): ApiResponse {
  if (url.pathname !== "/settings/apps/new" || body.length === 0) return toRefused(notFound());
  const form = new URLSearchParams(body.toString());
  const location = describeApp(context, { form, state: url.searchParams.get("state") }).href;
  return { status: 302, headers: { location }, body: Buffer.alloc(0) };
}

async function answerAsApi(all: Surroundings, request: ApiRequest, response: ServerResponse): Promise<ApiResponse> {
  const route = routeOf(all.context.world, request);
  const fault = all.faults.take(route?.id ?? "");
  const answered = await meet(fault, response, () => answerSafely(all, request, route));
  const { authorization } = request.headers;
  const { status } = answered;
  all.log.push({
    kind: "api",
    route: route?.template ?? request.method,
    path: request.url.pathname,
    status,
    authorization,
  });
  return answered;
}

async function answerSafely(
  all: Surroundings,
  request: ApiRequest,
  route: ReturnType<typeof routeOf>,
): Promise<ApiResponse> {
  const { authorization } = request.headers;
  try {
    const rate = all.context.rates.count(authorization);
    const answered = await answerApi(all.context, request, route);
    if (answered.status === 304) all.context.rates.refund(authorization);
    return { ...answered, headers: { "x-github-request-id": randomUUID(), ...rate, ...answered.headers } };
  } catch (error) {
    if (error instanceof Refusal) return toRefused(error);
    all.report(error instanceof Violation ? error.message : `defect of the stand-in: ${(error as Error).stack}`);
    return toRefused(new Refusal(500, (error as Error).message));
  }
}

async function answerAsGit(
  all: Surroundings,
  {
    git,
    request,
    response,
  }: { git: NonNullable<ReturnType<typeof parseGitUrl>>; request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const { authorization } = request.headers;
  const log = (status: number) =>
    all.log.push({
      kind: "git",
      route: `${git.service} ${git.file}`,
      path: `/${git.owner}/${git.name}`,
      status,
      authorization,
    });
  const fault = all.faults.take(git.service);
  if (fault?.delay) await sleep(fault.delay);
  if (fault?.drop) return void response.destroy();
  if (fault?.status) return void response.writeHead(fault.status, fault.headers).end();
  try {
    await answerGit(all.context, git, { request, response });
    log(response.statusCode);
  } catch (error) {
    if (!(error instanceof Refusal) || response.headersSent) throw error;
    log(error.status);
    response.writeHead(error.status, error.headers).end(error.message);
  }
}

async function meet(
  fault: Fault | undefined,
  response: ServerResponse,
  work: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  if (fault?.delay) await sleep(fault.delay);
  if (fault?.drop === "request") response.destroy();
  if (fault?.drop === "request") return { status: 0, headers: {}, body: Buffer.alloc(0) };
  if (fault?.status || fault?.body !== undefined) return toPlanted(fault);
  const answered = await work();
  if (fault?.drop === "response") response.destroy();
  return answered;
}

function toPlanted({ status = 200, headers = {}, body = { message: "Server Error" } }: Fault): ApiResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function toRefused({ status, headers, body }: Refusal): ApiResponse {
  const common = { "content-type": "application/json; charset=utf-8", "x-github-request-id": randomUUID() };
  return { status, headers: { ...common, ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
