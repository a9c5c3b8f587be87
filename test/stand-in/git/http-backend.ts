import { spawn } from "node:child_process";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { isolation } from "./bare.ts";

export interface Exchange {
  readonly directory: string;
  /** The bare repository below the directory, and what git asks of it: `12.git/info/refs`. */
  readonly path: string;
  readonly query: string;
  readonly user: string | undefined;
}

const { stdout: execPath } = await execa("git", ["--exec-path"]);

/** Git's smart HTTP protocol, by the CGI program that comes with git. Ending the response is left to the caller. */
export async function serveGit(request: IncomingMessage, response: ServerResponse, exchange: Exchange): Promise<void> {
  const child = spawn(join(execPath, "git-http-backend"), {
    env: toEnvironment(request, exchange),
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  request.pipe(child.stdin);
  const rest = await writeHead(child.stdout, response);
  response.write(rest);
  await pipeline(child.stdout, response, { end: false });
  if (child.exitCode === null) await once(child, "exit");
}

/** The CGI's header, up to the empty line; what came after it in the same chunks is returned. */
async function writeHead(output: NodeJS.ReadableStream, response: ServerResponse): Promise<Buffer> {
  let read = Buffer.alloc(0);
  for (;;) {
    const end = read.indexOf("\r\n\r\n");
    if (end !== -1) {
      const fields = read
        .subarray(0, end)
        .toString()
        .split("\r\n")
        .map((line) => line.split(/: (.*)/s));
      const headers = Object.fromEntries(fields.map(([name = "", value = ""]) => [name.toLowerCase(), value]));
      const { status = "200", ...others } = headers;
      response.writeHead(Number.parseInt(status, 10), others);
      return read.subarray(end + 4);
    }
    const chunk = output.read() ?? (await nextChunk(output));
    if (chunk === undefined) throw new Error("git http-backend ended without an answer");
    read = Buffer.concat([read, chunk as Buffer]);
  }
}

async function nextChunk(output: NodeJS.ReadableStream): Promise<string | Buffer | undefined> {
  await Promise.race([once(output, "readable"), once(output, "end")]);
  return output.read() ?? undefined;
}

function toEnvironment(request: IncomingMessage, { directory, path, query, user }: Exchange): NodeJS.ProcessEnv {
  const {
    "content-type": type,
    "content-length": length,
    "content-encoding": encoding,
    "git-protocol": protocol,
  } = request.headers;
  return {
    ...isolation,
    PATH: process.env.PATH,
    GIT_PROJECT_ROOT: directory,
    GIT_HTTP_EXPORT_ALL: "1",
    REQUEST_METHOD: request.method,
    PATH_INFO: `/${path}`,
    QUERY_STRING: query,
    REMOTE_ADDR: request.socket.remoteAddress,
    ...(type && { CONTENT_TYPE: type }),
    ...(length && { CONTENT_LENGTH: length }),
    ...(encoding && { HTTP_CONTENT_ENCODING: encoding }),
    ...(typeof protocol === "string" && { GIT_PROTOCOL: protocol }),
    ...(user !== undefined && { REMOTE_USER: user }),
  };
}
