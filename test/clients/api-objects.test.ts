import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { Octokit } from "@octokit/rest";
import nock from "nock";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openApiObjects } from "../../src/clients/git/api-objects.ts";
import type { ApiLimits } from "../../src/clients/git/api-request.ts";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { type ObjectSource, readCommit } from "../../src/clients/git/object-source.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { type Person, silent } from "../stand-in/people.ts";
import { type StandIn, startStandIn } from "../stand-in/start.ts";

const place = { owner: "acme", repository: "vault" };

function toId(type: string, bytes: Uint8Array): string {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Reads blobs as a client of the seam does: their sizes, ids and number of pieces. */
async function readBlobs(source: ObjectSource, oids: readonly string[]) {
  const read: { oid: string; size: number; id: string }[] = [];
  await source.streamBlobs(oids, ({ oid, type, size }) => {
    const id = createHash("sha1").update(`${type} ${size}\0`);
    return { write: (chunk) => void id.update(chunk), end: () => void read.push({ oid, size, id: id.digest("hex") }) };
  });
  return read;
}

describe("a repository on a host like GitHub", () => {
  let github: StandIn;
  let acme: Person;
  let repository: Repository;
  let directory: string;
  const landed: string[] = [];

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "countersign-api-"));
    github = await startStandIn({ directory });
    acme = github.createPerson("acme");
    repository = createRepository();
  });
  afterEach(() => {
    github.limits.treeEntries = 100_000;
    expect(github.violations.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await github.stop();
    repository[Symbol.dispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Puts the commit on the host, as a repository of its own. */
  async function land(commit: string, limits: Partial<ApiLimits> = {}) {
    const name = `vault${landed.push(commit)}`;
    repository.git(["update-ref", "refs/heads/main", commit]);
    await github.createRepository(`acme/${name}`, { from: repository.path });
    return { name, source: openApiObjects(acme.api, { owner: "acme", repository: name, limits }) };
  }

  function rawCommit(tree: string, lines: readonly string[]): string {
    const input = [`tree ${tree}`, ...lines].join("\n");
    return repository.git(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], { input });
  }

  it("gives the hash that the repository itself gives", async () => {
    const commit = repository.commit({
      "d/Vault.sol": "contract Vault {}\n",
      "d/empty": "",
      "d/a/b/binary": new Uint8Array(300_000).map((_, index) => index * 7),
      "d/a/é": "same",
      "d/a/same": "same",
      "other/x": "1",
    });
    const { source } = await land(commit);
    const before = github.requests.length;
    const local = await hashDirectory(await openLocalRepository(repository.path), { commit, path: "d" });
    expect(await hashDirectory(source, { commit, path: "d" })).toEqual(local);
    const asked = github.requests.slice(before).map(({ route }) => route.replace(/.*\/git\//, ""));
    const count = (kind: string) => asked.filter((route) => route.startsWith(kind)).length;
    // The root, d, d/a and d/a/b; two files are one blob.
    expect([count("commits"), count("trees"), count("blobs")]).toEqual([1, 4, 4]);
  });

  const one = "Ada <ada@example.org> 1700000000";
  const unsigned: [string, readonly string[]][] = [
    ["of one zone", [`author ${one} +0100`, `committer ${one} +0100`, "", "Change\n"]],
    ["of the zones furthest apart", [`author ${one} -1200`, `committer ${one} +1400`, "", "Change\n"]],
    ["of a zone of three quarters", [`author ${one} +0545`, `committer ${one} -0330`, "", "Change\n"]],
    ["of no known zone", [`author ${one} -0000`, `committer ${one} -0000`, "", "Change\n"]],
    ["made on GitHub, without a last line end", [`author ${one} +0000`, `committer ${one} +0000`, "", "Change"]],
    ["without a message", [`author ${one} +0000`, `committer ${one} +0000`, "", ""]],
    ["of many lines, beyond ASCII", [`author ${one} +0000`, `committer ${one} +0000`, "", "Ä\n\n* b\n* c\n"]],
  ];
  it.each(unsigned)("tells an unsigned commit %s, though not its time zones", async (_, lines) => {
    const tree = repository.writeTree([]);
    const commit = rawCommit(tree, lines);
    const { source } = await land(commit);
    expect(await readCommit(source, commit)).toMatchObject({ tree, time: 1_700_000_000 });
  });

  it.each([
    ["git's", "-----BEGIN PGP SIGNATURE-----\n \n abc\n =d\n -----END PGP SIGNATURE-----"],
    ["GitHub's, with an empty line behind", "-----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n "],
    ["SSH's", "-----BEGIN SSH SIGNATURE-----\n abc\n -----END SSH SIGNATURE-----"],
  ])("tells a commit with a signature of %s, and odd zones and an encoding", async (_, signature) => {
    const parent = repository.git(["rev-parse", "main"]);
    const tree = repository.writeTree([]);
    const head = [`parent ${parent}`, `author ${one} +0007`, `committer ${one} -1131`, "encoding ISO-8859-1"];
    const commit = rawCommit(tree, [...head, `gpgsig ${signature}`, "", "Change\n"]);
    const { source } = await land(commit);
    expect(await readCommit(source, commit)).toMatchObject({ tree, parents: [parent] });
  });

  it.each([
    ["an encoding", ["encoding ISO-8859-1"], "Change\n"],
    ["a header of its own", ["x y"], "Change\n"],
    ["many line ends", [], "Change\n\n\n"],
  ])("refuses an unsigned commit with %s, which the API does not tell", async (_, headers, message) => {
    const commit = rawCommit(repository.writeTree([]), [
      `author ${one} +0000`,
      `committer ${one} +0000`,
      ...headers,
      "",
      message,
    ]);
    const { source } = await land(commit);
    await expect(readCommit(source, commit)).rejects.toMatchObject({ code: "GIT_COMMIT_UNCHECKED", kind: "refusal" });
  });

  it("refuses a name that JSON folded, and a tree that was made by hand", async () => {
    const oid = repository.writeBlob("x");
    for (const [entries, code] of [
      [[{ mode: "100644", name: Buffer.from([0x61, 0xff]), oid }], "TREE_OBJECT_MISMATCH"],
      [[{ mode: "100644", name: "b", oid }].concat({ mode: "100644", name: "a", oid }), "TREE_MALFORMED"],
    ] as const) {
      const commit = repository.writeCommit(repository.writeTree(entries));
      const { source } = await land(commit);
      const refusal = hashDirectory(source, { commit, path: "" });
      await expect(refusal).rejects.toMatchObject({ problems: [expect.objectContaining({ code })] });
    }
  });

  it("refuses a listing that GitHub cut off", async () => {
    const commit = repository.commit({ "many/a": "1", "many/b": "2", "many/c": "3" });
    const { source } = await land(commit);
    github.limits.treeEntries = 2;
    await expect(hashDirectory(source, { commit, path: "many" })).rejects.toMatchObject({ code: "TREE_TRUNCATED" });
  });

  it("has no object that the host does not have", async () => {
    const { source } = await land(repository.commit({ a: "1" }));
    expect(await source.readObject("0".repeat(40))).toBeUndefined();
    expect(await source.readObject("main")).toBeUndefined();
    await expect(readBlobs(source, ["0".repeat(40)])).rejects.toMatchObject({ code: "GIT_OBJECT_ABSENT" });
    await expect(readCommit(source, "1".repeat(40))).rejects.toMatchObject({ code: "GIT_OBJECT_ABSENT" });
  });

  it("does not follow a submodule into a repository that is not its own", async () => {
    const submodule = { mode: "160000", name: "lib", oid: repository.git(["rev-parse", "main"]) };
    const commit = repository.writeCommit(repository.writeTree([submodule]));
    const { source } = await land(commit);
    await expect(hashDirectory(source, { commit, path: "" })).rejects.toMatchObject({ code: "TREE_SUBMODULE" });
  });

  it("is found under its old name", async () => {
    const commit = repository.commit({ "d/a": "renamed" });
    const { name, source } = await land(commit);
    await acme.api.rest.repos.update({ owner: "acme", repo: name, name: `${name}-renamed` });
    const local = await hashDirectory(await openLocalRepository(repository.path), { commit, path: "d" });
    expect(await hashDirectory(source, { commit, path: "d" })).toEqual(local);
  });

  it("refuses more requests than the limit before the first of them", async () => {
    const commit = repository.commit(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`n/${n}`, `${n}`])));
    const { source } = await land(commit, { requests: 22 });
    const before = github.requests.length;
    await expect(hashDirectory(source, { commit, path: "n" })).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    expect(github.requests.length - before).toBe(3);
    const { source: enough } = await land(commit, { requests: 23 });
    await hashDirectory(enough, { commit, path: "n" });
  });

  it("refuses a blob over the limit without asking for it", async () => {
    const commit = repository.commit({ "big/a": "12345678901" });
    const { source } = await land(commit, { blobBytes: 10 });
    const before = github.requests.length;
    await expect(hashDirectory(source, { commit, path: "big" })).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    expect(github.requests.length - before).toBe(3);
  });
});

describe("an answer in GitHub's own shape", () => {
  const api = new Octokit({ auth: "a token", log: silent });
  const git = "/repos/acme/vault/git";
  const oid = toId("blob", Buffer.from("content"));
  let planted: nock.Scope;

  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const open = nock.pendingMocks();
    nock.cleanAll();
    expect(open).toEqual([]);
  });
  afterAll(() => nock.enableNetConnect());

  function plant(): ObjectSource {
    planted = nock("https://api.github.com", { reqheaders: { authorization: "token a token" } });
    return openApiObjects(api, place);
  }

  it("is a blob's bytes where the raw media type is asked for", async () => {
    const source = plant();
    planted.get(`${git}/blobs/${oid}`).matchHeader("accept", "application/vnd.github.raw+json").reply(200, "content", {
      "content-type": "application/vnd.github.raw+json; charset=utf-8",
      "content-length": "7",
    });
    expect(await readBlobs(source, [oid, oid])).toEqual([{ oid, id: oid, size: 7 }]);
  });

  it("is a tree with padded modes", async () => {
    const source = plant();
    const entry = (mode: string, path: string, type: string) => ({ path, mode, type, sha: oid, url: "https://x.y" });
    const tree = [
      { ...entry("100644", "a", "blob"), size: 7 },
      entry("040000", "d", "tree"),
      entry("160000", "s", "commit"),
    ];
    const bytes = Buffer.concat(
      ["100644 a", "40000 d", "160000 s"].flatMap((line) => [Buffer.from(`${line}\0`), Buffer.from(oid, "hex")]),
    );
    const id = toId("tree", bytes);
    planted.get(`${git}/commits/${id}`).reply(404, { message: "Not Found" });
    planted
      .get(`${git}/trees/${id}`)
      .matchHeader("accept", "application/vnd.github+json")
      .reply(200, { sha: id, url: "https://x.y", tree, truncated: false });
    expect(await source.readObject(id)).toEqual({ type: "tree", bytes });
  });

  it("is a commit: octocat's own", async () => {
    const source = plant();
    const octocat = { name: "The Octocat", email: "octocat@nowhere.com", date: "2012-03-06T23:06:50Z" };
    const sha = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d";
    const parents = ["553c2077f0edc3d5dc5d17262f6aa498e69d6f8e", "762941318ee16e59dabbacb1b4049eec22f0d303"];
    planted.get(`${git}/commits/${sha}`).reply(200, {
      sha,
      author: octocat,
      committer: octocat,
      tree: { sha: "b4eecafa9be2f2006ce1b709d6857b07069b4608", url: "https://x.y" },
      message: "Merge pull request #6 from Spaceghost/patch-1\n\nNew line at end of file.",
      parents: parents.map((parent) => ({ sha: parent, url: "https://x.y", html_url: "https://x.y" })),
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    });
    expect(await readCommit(source, sha)).toMatchObject({ parents, time: 1331075210 });
  });

  it.each([
    ["no JSON", "<html>"],
    ["another object", { message: "hello" }],
    ["a mode that is none", { truncated: false, tree: [{ path: "a", mode: "x", type: "blob", sha: oid }] }],
    ["a short id", { truncated: false, tree: [{ path: "a", mode: "100644", type: "blob", sha: "abc" }] }],
  ])("is not %s", async (_, body) => {
    const source = plant();
    planted.get(`${git}/commits/${oid}`).reply(422, { message: "Invalid object requested." });
    planted.get(`${git}/trees/${oid}`).reply(200, body);
    await expect(source.readObject(oid)).rejects.toMatchObject({ code: "GITHUB_REFUSED" });
  });

  it.each([
    [401, "GITHUB_REFUSED"],
    [403, "GITHUB_REFUSED"],
    [409, "GITHUB_REFUSED"],
    [429, "GITHUB_LIMITED"],
    [502, "GITHUB_UNREACHABLE"],
  ])("of status %d is no answer: %s", async (status, code) => {
    const source = plant();
    planted.get(`${git}/commits/${oid}`).reply(status, { message: "No" });
    await expect(source.readObject(oid)).rejects.toMatchObject({ code });
  });

  it.each([
    ["another host", "https://evil.example/x"],
    ["another port", "https://api.github.com:444/x"],
    ["http", "http://api.github.com/x"],
    ["the cloud's own address", "http://169.254.169.254/latest"],
    ["nowhere", "https://"],
  ])("that leads to %s is not followed, with or without the token", async (_, location) => {
    const source = plant();
    const asked: string[] = [];
    const record = ({ url }: Request) => void asked.push(url);
    nock.emitter.on("no match", record);
    planted.get(`${git}/blobs/${oid}`).reply(302, "", { location });
    await expect(readBlobs(source, [oid])).rejects.toMatchObject({ code: "LINK_HOST" });
    nock.emitter.off("no match", record);
    expect(asked).toEqual([]);
  });

  it("that leads on and on is left at the fourth", async () => {
    const source = plant();
    for (const [from, to] of [
      [`${git}/blobs/${oid}`, "/1"],
      ["/1", "https://api.github.com/2"],
      ["/2", "/3"],
      ["/3", "/4"],
    ] as const)
      planted.get(from).reply(301, { url: to }, { location: to });
    await expect(readBlobs(source, [oid])).rejects.toMatchObject({ code: "GITHUB_REFUSED" });
  });
});

describe("a host that does what it likes", () => {
  /** Serves what `answer` says, to a source with these limits. */
  async function startHost(answer: RequestListener, limits: Partial<ApiLimits> = {}, request: object = {}) {
    const server = createServer(answer);
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = openApiObjects(new Octokit({ baseUrl, log: silent, request }), { ...place, limits });
    return {
      source,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      },
    };
  }

  function toEndless(next: () => Buffer): Readable {
    const stream: Readable = new Readable({ read: () => void stream.push(next()) });
    return stream;
  }

  const tree = (sha: string, size: number) =>
    JSON.stringify({ truncated: false, tree: [{ path: "a", mode: "100644", type: "blob", sha, size }] });
  const asksFor = (kind: string, url = "") => url.includes(`/git/${kind}/`);
  const oid = "1".repeat(40);

  it("sends a large blob, which is never held whole", async () => {
    const piece = Buffer.alloc(1024 ** 2, "x");
    const count = 256;
    let most = 0;
    await using host = await startHost(
      (request, response) => {
        if (asksFor("commits", request.url)) return void response.writeHead(404).end("{}");
        if (asksFor("trees", request.url)) return void response.end(tree(oid, count * piece.length));
        Readable.from(Array.from({ length: count }, () => piece)).pipe(response);
      },
      { blobBytes: 1024 ** 3 },
    );
    await host.source.readObject("2".repeat(40));
    const start = process.memoryUsage().arrayBuffers;
    let size = 0;
    await host.source.streamBlobs([oid], (header) => ({
      write(chunk) {
        size += chunk.length;
        most = Math.max(most, process.memoryUsage().arrayBuffers - start);
      },
      end: () => expect(header.size).toBe(size),
    }));
    expect(size).toBe(count * piece.length);
    expect(most).toBeLessThan(150 * 1024 ** 2);
  });

  it("sends a blob without end: refused where the listed size is over", async () => {
    let sent = 0;
    await using host = await startHost((request, response) => {
      if (asksFor("commits", request.url)) return void response.writeHead(404).end("{}");
      if (asksFor("trees", request.url)) return void response.end(tree(oid, 1000));
      toEndless(() => {
        sent += 1;
        return Buffer.alloc(65_536);
      }).pipe(response);
    });
    await host.source.readObject("2".repeat(40));
    await expect(readBlobs(host.source, [oid])).rejects.toMatchObject({
      code: "TREE_OBJECT_MISMATCH",
      problems: [{ subject: oid }],
    });
    expect(sent).toBeLessThan(200);
  });

  it("sends JSON without end", async () => {
    await using host = await startHost(
      (_, response) => void toEndless(() => Buffer.alloc(65_536, " ")).pipe(response),
      { jsonBytes: 100_000 },
    );
    await expect(host.source.readObject(oid)).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
  });

  it.each([
    ["at all", (): void => undefined],
    ["to the end", (_: unknown, response: { write(text: string): unknown }): void => void response.write("abc")],
  ])("does not answer %s", async (_, answer) => {
    await using host = await startHost(answer as RequestListener, { milliseconds: 300 });
    const start = performance.now();
    await expect(host.source.readObject(oid)).rejects.toMatchObject({ code: "GITHUB_UNREACHABLE" });
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it("compresses a blob whose size nobody told", async () => {
    const bytes = Buffer.from("x".repeat(5000));
    const id = toId("blob", bytes);
    await using host = await startHost((_, response) => {
      const compressed = gzipSync(bytes);
      response.writeHead(200, { "content-encoding": "gzip", "content-length": compressed.length }).end(compressed);
    });
    expect(await readBlobs(host.source, [id])).toEqual([{ oid: id, id, size: 5000 }]);
  });

  it("announces more than the limit", async () => {
    await using host = await startHost(
      (_, response) => void response.writeHead(200, { "content-length": "11" }).end("12345678901"),
      { blobBytes: 10 },
    );
    await expect(readBlobs(host.source, [oid])).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
  });

  it("breaks off one blob of many: no other is asked for or handed on, whatever the client does with our signal", async () => {
    const open: string[] = [];
    let asked = 0;
    const deaf = (url: string, init: RequestInit) => fetch(url, { ...init, signal: null });
    const answer: RequestListener = (request, response) => {
      asked += 1;
      if (request.url?.endsWith("0".repeat(40))) return void response.destroy();
      setTimeout(() => response.writeHead(200, { "content-length": "1" }).end("x"), 100);
    };
    await using host = await startHost(answer, {}, { fetch: deaf });
    const oids = Array.from({ length: 30 }, (_, index) => String(index).padStart(40, "0"));
    const failing = host.source.streamBlobs(oids, ({ oid: begun }) => {
      open.push(begun);
      return { write: () => undefined, end: () => undefined };
    });
    await expect(failing).rejects.toMatchObject({ code: "GITHUB_UNREACHABLE" });
    await new Promise((later) => setTimeout(later, 400));
    expect(open).toEqual([]);
    expect(asked).toBeLessThan(12);
  });
});
