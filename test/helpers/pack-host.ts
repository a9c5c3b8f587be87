import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What a hostile host sends as its pack: whatever it likes, in pieces, as long as it likes. */
export type SendPack = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface PackHost extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
}

/** Answers every fetch of the commit with this pack, in git's protocol of version 2 and 1 (gitprotocol-v2(5)). */
export async function startPackHost(commit: string, send: SendPack): Promise<PackHost> {
  const server = createServer((request, response) => {
    void answer(request, response, { commit, send }).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/acme/vault`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

interface Answer {
  readonly commit: string;
  readonly send: SendPack;
}

async function answer(request: IncomingMessage, response: ServerResponse, { commit, send }: Answer): Promise<void> {
  const isSecond = request.headers["git-protocol"]?.includes("version=2") === true;
  const kind = request.method === "GET" ? "advertisement" : "result";
  response.setHeader("content-type", `application/x-git-upload-pack-${kind}`);
  if (request.method === "GET") {
    const service = [toLine("# service=git-upload-pack\n"), flush];
    const abilities1 = "side-band-64k ofs-delta shallow allow-reachable-sha1-in-want symref=HEAD:refs/heads/main";
    const refs = [`${commit} HEAD\0${abilities1}\n`, `${commit} refs/heads/main\n`].map(toLine);
    const abilities = ["version 2\n", "ls-refs\n", "fetch=shallow filter\n"].map(toLine);
    response.end(Buffer.concat([...service, ...(isSecond ? abilities : refs), flush]));
    return;
  }
  for await (const _ of request);
  const shallow = toLine(`shallow ${commit}`);
  const start = isSecond
    ? [toLine("shallow-info\n"), shallow, delimiter, toLine("packfile\n")]
    : [shallow, flush, toLine("NAK\n")];
  await pipeline(Readable.from(frame(start, send())), response);
}

async function* frame(start: readonly Buffer[], pack: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  yield Buffer.concat(start);
  for await (const piece of pack) {
    for (let at = 0; at < piece.length; at += longest)
      yield toLine(Buffer.concat([Buffer.from([1]), piece.subarray(at, at + longest)]));
  }
  yield flush;
}

/** Of one line on the side band. */
const longest = 65_000;
const flush = Buffer.from("0000");
const delimiter = Buffer.from("0001");

function toLine(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}
