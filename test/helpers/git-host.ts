import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the host does with one request instead of serving it; true: it has answered, or will. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface GitHost extends AsyncDisposable {
  readonly origin: string;
  /** Every request, as `METHOD path`, and its Authorization header. */
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
  fault: Fault | undefined;
}

/** Serves the repositories below a folder over smart HTTP with git's own `git http-backend`. */
export async function startGitHost(root: string): Promise<GitHost> {
  const host: Pick<GitHost, "requests" | "fault"> = { requests: [], fault: undefined };
  const server = createServer((request, response) => {
    host.requests.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    if (host.fault?.(request, response) !== true) serve(root, request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return Object.assign(host, {
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}

function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://host");
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"],
      HTTP_GIT_PROTOCOL: request.headers["git-protocol"] as string | undefined,
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"],
      REMOTE_USER: "git",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(backend.stdin).on("error", () => backend.kill());
  response.on("close", () => backend.kill());
  let head = Buffer.alloc(0);
  backend.stdout.on("data", (chunk: Buffer) => {
    if (response.headersSent) response.write(chunk);
    else head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (response.headersSent || end === -1) return;
    const lines = head.toString("latin1", 0, end).split("\r\n");
    const headers = lines.map((line) => line.split(": ") as [string, string]);
    response.statusCode = Number(headers.find(([name]) => name === "Status")?.[1].slice(0, 3) ?? 200);
    for (const [name, value] of headers) if (name !== "Status") response.setHeader(name, value);
    response.write(head.subarray(end + 4));
  });
  backend.stdout.on("end", () => response.end());
}
