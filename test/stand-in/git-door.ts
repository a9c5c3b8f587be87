import type { IncomingMessage, ServerResponse } from "node:http";
import { type Actor, accountOf, assertAllowed, assertGranted, identify, maySee } from "./actor.ts";
import type { Context } from "./endpoint.ts";
import { serveGit } from "./git/http-backend.ts";
import { afterPush, movesBetween, readReferences } from "./pushes.ts";
import { found, Refusal } from "./refusal.ts";
import type { Repository } from "./state.ts";
import { inTurn } from "./turns.ts";
import { findRenamed, findRepository, fullName } from "./world.ts";

export interface GitRequest {
  readonly owner: string;
  readonly name: string;
  /** `info/refs`, `git-upload-pack` or `git-receive-pack`. */
  readonly file: string;
  readonly service: "git-upload-pack" | "git-receive-pack";
  readonly query: string;
}

/** The git address in a URL's path, with or without `.git`; undefined where it is none. */
export function parseGitUrl(url: URL): GitRequest | undefined {
  const pattern = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;
  const [, owner, name, file] = pattern.exec(url.pathname) ?? [];
  const service = file === "info/refs" ? url.searchParams.get("service") : file;
  const isKnown = service === "git-upload-pack" || service === "git-receive-pack";
  return owner && name && file && isKnown ? { owner, name, file, service, query: url.search.slice(1) } : undefined;
}

export async function answerGit(
  context: Context,
  git: GitRequest,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const actor = identify(context.world, context.tokens, request.headers.authorization);
  const renamed = findRenamed(context.world, git.owner, git.name);
  const repository = findRepository(context.world, git.owner, git.name);
  if (repository === undefined && renamed && maySee(actor, renamed))
    return redirect(context, renamed, { git, response });
  const writes = git.service === "git-receive-pack";
  assertGitAllowed(actor, repository, writes);
  const user = writes ? accountOf(actor).login : undefined;
  const target = found(repository);
  const exchange = { directory: context.world.directory, path: `${target.id}.git/${git.file}`, query: git.query, user };
  const serve = () => serveGit(request, response, exchange);
  if (git.file === "git-receive-pack") await inTurn(target, () => receive(context, target, { actor, serve }));
  else await serve();
  response.end();
}

/** Git clients send their token only after they were asked for it, also where they may not know whether the repository exists. */
function assertGitAllowed(actor: Actor, repository: Repository | undefined, writes: boolean): void {
  const hidden = repository === undefined || !maySee(actor, repository);
  if (actor.kind === "anonymous" && (hidden || writes)) {
    throw new Refusal(401, "Repository not found.", { headers: { "www-authenticate": 'Basic realm="GitHub"' } });
  }
  const target = found(hidden ? undefined : repository);
  if (actor.kind === "installation") assertGranted(actor.grant, target, writes ? "contents:write" : "contents:read");
  else assertAllowed(actor, target, { role: writes ? "write" : "read" });
}

/** A push, and what follows from it before the pusher has his answer's end. */
async function receive(
  context: Context,
  repository: Repository,
  { actor, serve }: { actor: Actor; serve: () => Promise<void> },
): Promise<void> {
  const before = await readReferences(repository);
  await serve();
  const moves = movesBetween(before, await readReferences(repository));
  if (moves.length > 0) await afterPush(context, repository, { moves, sender: accountOf(actor) });
}

function redirect(
  context: Context,
  repository: Repository,
  { git, response }: { git: GitRequest; response: ServerResponse },
): void {
  const location = `${context.world.origin}/${fullName(repository)}.git/${git.file}${git.query && `?${git.query}`}`;
  response.writeHead(301, { location }).end();
}
