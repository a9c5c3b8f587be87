import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { findNativeGit } from "../../src/clients/git/native-git.ts";
import { openPartialMirror } from "../../src/clients/git/partial-mirror.ts";
import { openRelay } from "../../src/clients/git/relay.ts";
import {
  type FetchReport,
  openRemoteRepository,
  type RemoteSettings,
} from "../../src/clients/git/remote-repository.ts";
import { createRepositories } from "../../src/clients/git/repositories.ts";
import { defaultStoreLimits } from "../../src/clients/git/stores.ts";
import { openTransport } from "../../src/clients/git/transport.ts";
import { openWholeMirror } from "../../src/clients/git/whole-mirror.ts";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { gitsOfDepth, isDeep, nativeGit } from "../helpers/gits.ts";
import { hostileEnvironment, plantHostility } from "../helpers/hostility.ts";
import { bombCommit, packBombs } from "../helpers/pack-bombs.ts";
import { type SendPack, startPackHost } from "../helpers/pack-host.ts";
import { toPackHeader } from "../helpers/packed-objects.ts";
import { findDescendants } from "../helpers/process-tree.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { watch } from "../helpers/watched.ts";

// Rows F of the threat model, each by its number, with native git and with isomorphic-git.

let repository: Repository;
let host: GitHost;
let directory: string;
let commit: string;
let hash: string;

beforeEach(async () => {
  repository = createRepository({ bare: true });
  commit = repository.commit({ "d/a": "a\n", "d/b/c": "c\n" });
  host = await startGitHost(dirname(repository.path));
  directory = mkdtempSync(join(tmpdir(), "countersign-fetch-"));
  ({ hash } = await hashDirectory(await openLocalRepository(repository.path), { commit, path: "d" }));
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

const toUrl = () => `${host.origin}/${basename(repository.path)}`;

describe.each(gitsOfDepth)("a fetch with $name", ({ name, git }) => {
  const cache = () => join(directory, "cache");
  const gitDirectory = () => join(cache(), git ? "partial" : "whole");
  const open = (settings: Partial<RemoteSettings> = {}) =>
    openRemoteRepository({ url: toUrl(), directory: cache(), git, enterpriseOrigin: host.origin, ...settings });
  const hashAt = async (settings?: Partial<RemoteSettings>) => {
    const remote = open(settings);
    await remote.ensureCommit(commit);
    return (await hashDirectory(remote, { commit, path: "d" })).hash;
  };

  describe("F23", () => {
    const addresses = [
      "ext::sh -c touch% /x",
      "file:///etc/passwd",
      "ssh://-oProxyCommand=touch/x",
      "git@github.com:o/r",
      "--upload-pack=touch",
      "fd::3",
      "git://github.com/o/r",
      "https://evil.example/o/r",
    ];

    it.each(addresses)("F23 starts no process and no request for %s as a link or a submodule", async (url) => {
      const log = join(directory, "log");
      const logged = git && (await findNativeGit(`${logGit(log)}:${process.env.PATH}`));
      const settings = { git: logged, enterpriseOrigin: host.origin, origin: host.origin, toDirectory: cache };
      const repositories = createRepositories(settings);
      writeFileSync(log, "");
      expect(() => repositories.openRemote(url)).toThrow(expect.objectContaining({ code: "LINK_HOST" }));
      expect(readFileSync(log, "utf8")).toBe("");
      const module = `[submodule "m"]\n\tpath = d\n\turl = "${url}"\n\tupdate = !touch ${log}.ran\n`;
      const entries = [
        { mode: "100644", name: ".gitmodules", oid: repository.writeBlob(module) },
        { mode: "160000", name: "d", oid: "1".repeat(40) },
      ];
      const head = repository.writeCommit(repository.writeTree(entries));
      const source = await repositories.openLocal(repository.path);
      const submodules = { url: toUrl(), open: repositories.openSubmodule };
      await expect(hashDirectory(source, { commit: head, path: "", submodules })).rejects.toMatchObject({
        code: expect.stringMatching(/^SUBMODULE_URL|GITMODULES_INVALID$/),
      });
      expect(readFileSync(log, "utf8")).not.toContain("fetch");
      expect(host.requests).toEqual([]);
      expect(existsSync(`${log}.ran`)).toBe(false);
    });

    /** A git on the path that writes down what it is asked. */
    function logGit(log: string): string {
      const bin = join(directory, "bin");
      const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
      mkdirSync(bin);
      writeFileSync(join(bin, "git"), `#!/bin/sh\necho "$@" >> '${log}'\nexec '${real}' "$@"\n`);
      chmodSync(join(bin, "git"), 0o755);
      return bin;
    }
  });

  describe("F24", () => {
    it("F24 runs nothing that a repository on this disk, or the caller's environment, tells git to run", async () => {
      const marks = join(directory, "marks");
      commit = plantHostility(repository, marks);
      const args = [`${name}, on this disk`, repository.path, commit];
      const environment = hostileEnvironment(directory, marks);
      const { stdout } = await watch("tree-hash-process.ts", args, environment);
      expect(JSON.parse(stdout)).toEqual({ answer: "[object Object]" });
      expect(readdirSync(marks)).toEqual([]);
    });

    it("F24 runs nothing that a fetched repository, its cache or the caller's environment tells git to run", async () => {
      const marks = join(directory, "marks");
      await hashAt();
      commit = plantHostility(repository, marks);
      plantHostility({ path: gitDirectory() }, marks);
      const args = [name, toUrl(), cache(), commit];
      const { stdout } = await watch("fetch-process.ts", args, hostileEnvironment(directory, marks));
      expect(JSON.parse(stdout)).toEqual({ hash: expect.stringMatching(/^0x/) });
      expect(readdirSync(marks)).toEqual([]);
      // Isomorphic-git knows nothing that could be run.
      if (git) expect(readFileSync(join(gitDirectory(), "config"), "utf8")).not.toContain("touch");
    });
  });

  describe("F25", () => {
    it("F25 refuses a public name that answers a private address, at the connection itself", async () => {
      const origin = host.origin.replace("127.0.0.1", "localhost");
      const url = `${origin}/${basename(repository.path)}`;
      const connect = (signal: AbortSignal) => openTransport({ origin, trust: "public", maxBytes: 1e6, signal });
      const place = { gitDirectory: join(directory, "git"), url, connect };
      const limits = { ...defaultStoreLimits, milliseconds: 10_000 };
      const mirror = git
        ? openPartialMirror({ ...place, git, milliseconds: 10_000 })
        : openWholeMirror({ ...place, limits });
      await mirror.prepare();
      await expect(mirror.fetchCommit(commit, 1)).rejects.toMatchObject({ code: "LINK_HOST" });
      expect(host.requests).toEqual([]);
    });

    it.each(["GET", "POST"])("F25 follows no redirect of a %s to another host, port or scheme", async (method) => {
      await using other = await startGitHost(dirname(repository.path));
      for (const origin of [other.origin, "http://169.254.169.254", "file://", host.origin.replace("http", "https")]) {
        host.fault = (request, response) => {
          if (request.method !== method) return false;
          return response.writeHead(302, { location: `${origin}${request.url}` }).end() !== undefined;
        };
        const code = expect.stringMatching(method === "GET" ? /^LINK_HOST$/ : /^GIT_REFUSED$/);
        await expect(open({ token: "secret" }).ensureCommit(commit)).rejects.toMatchObject({ code });
      }
      expect(other.requests).toEqual([]);
    });
  });

  describe("F26", () => {
    it("F26 shows the token to the host alone: to no process, file or message", async () => {
      const token = "ghs_0123456789abcdef";
      const seen: string[] = [];
      host.fault = (request, response) => {
        if (request.method !== "POST") return false;
        for (const { commandLine, environment } of findDescendants(process.pid)) seen.push(commandLine, environment);
        response.writeHead(500).end(token);
        return true;
      };
      const error = await open({ token })
        .ensureCommit(commit)
        .catch((thrown: unknown) => thrown);
      expect(seen.join()).toContain(git ? "remote-http" : "");
      host.fault = undefined;
      await hashAt({ token });
      const authorization = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
      for (const request of host.requests) expect(request.authorization).toBe(authorization);
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const texts = files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1"));
      for (const secret of [token, authorization.slice(6)])
        for (const text of [...seen, ...texts, JSON.stringify(error, Object.getOwnPropertyNames(error)), String(error)])
          expect(text.includes(secret)).toBe(false);
    });
  });

  describe("F27", () => {
    it.each<[string, string, SendPack, number]>([
      ["an endless pack", "GIT_TOO_LARGE", flood, 30_000],
      ["a slow one", "GIT_UNREACHABLE", drip, 3_000],
    ])("F27 ends %s by its bytes or its time", async (_, code, send, milliseconds) => {
      await using packs = await startPackHost(commit, send);
      const limits = { packBytes: 20 * 1024 ** 2, milliseconds };
      const remote = open({ url: packs.url, enterpriseOrigin: packs.origin, limits });
      const start = performance.now();
      await expect(remote.ensureCommit(commit)).rejects.toMatchObject({ code });
      expect(performance.now() - start).toBeLessThan(8_000);
      expect(findDescendants(process.pid).filter(({ commandLine }) => commandLine.includes("index-pack"))).toEqual([]);
    });

    it("F27 receives nothing of 10 gigabytes that are announced", async () => {
      let sent = 0;
      host.fault = (request, response) => {
        if (request.method !== "POST") return false;
        const type = "application/x-git-upload-pack-result";
        response.writeHead(200, { "content-type": type, "content-length": 10 * 1024 ** 3 });
        response.write(Buffer.alloc(100), () => (sent += 100));
        return true;
      };
      await expect(open().ensureCommit(commit)).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
      expect(sent).toBeLessThan(1000);
    });

    it("F27 receives only what is asked for from a repository of 200,000 refs and large files elsewhere", async () => {
      const noise = Buffer.from(Array.from({ length: 2 * 1024 ** 2 }, (_, index) => (index * index * 31) >> 7));
      commit = repository.commit({ elsewhere: noise });
      const refs = Array.from({ length: 200_000 }, (_, index) => `${commit} refs/heads/branch-${index}\n`);
      writeFileSync(join(repository.path, "packed-refs"), refs.sort().join(""));
      let bytes = 0;
      const onFetch = (report: FetchReport) => (bytes += report.bytes);
      expect(await hashAt({ onFetch })).toBe(hash);
      // Isomorphic-git has to hear of all refs, and takes a commit's files whole: bounded, if not little.
      expect(bytes).toBeLessThan(git ? 10_000 : 20 * 1024 ** 2);
    });

    // Git itself unpacks most of these before it gives up.
    const bombs = packBombs.filter(({ isSlow }) => isDeep || !isSlow);
    it.each(bombs)("F27 ends at $name", async ({ toPack, codes }) => {
      const pack = toPack();
      await using packs = await startPackHost(bombCommit, () => [pack]);
      const { stdout, seconds, peakBytes } = await watch("fetch-process.ts", [name, packs.url, cache(), bombCommit]);
      const { code } = JSON.parse(stdout);
      expect(codes).toContain(code);
      expect(seconds).toBeLessThan(20);
      expect(peakBytes).toBeLessThan(512 * 1024 ** 2);
    });
  });

  describe("F28", () => {
    it("F28 asks for ids only, so that a branch that moves in between moves nothing", async () => {
      const remote = open();
      const bodies: string[] = [];
      host.fault = (request) => {
        request.on("data", (chunk) => bodies.push(String(chunk)));
        return false;
      };
      await remote.ensureCommit(commit);
      repository.commit({ "d/a": "moved\n" });
      expect((await hashDirectory(remote, { commit, path: "d" })).hash).toBe(hash);
      expect(bodies.join()).toContain(commit);
      expect(bodies.join()).not.toMatch(/refs\/|HEAD|main/);
      const asked = host.requests.length;
      for (const wanted of ["main", "refs/heads/main", "HEAD", commit.slice(0, 12), commit.toUpperCase(), `-${commit}`])
        await expect(remote.ensureCommit(wanted)).rejects.toMatchObject({ code: "GIT_NOT_A_COMMIT" });
      expect(host.requests).toHaveLength(asked);
    });
  });

  describe("F29", () => {
    const commits = (count: number) =>
      Array.from({ length: count }, (_, index) => repository.commit({ "d/a": `${index}\n`, [`d/${index}`]: "x\n" }));

    it("F29 lets two jobs and two more processes share one directory", async () => {
      const ids = commits(4);
      const program = fileURLToPath(new URL("../helpers/fetch-process.ts", import.meta.url));
      const others = ids.slice(0, 2).map(async (id) => {
        const child = spawn(process.execPath, [program, name, toUrl(), cache(), id], {
          stdio: ["ignore", "pipe", "ignore"],
        });
        const chunks: Buffer[] = [];
        child.stdout.on("data", (chunk) => chunks.push(chunk));
        await once(child, "close");
        return JSON.parse(Buffer.concat(chunks).toString());
      });
      const own = ids.slice(2).map(async (id) => {
        const remote = open();
        await remote.ensureCommit(id);
        return hashDirectory(remote, { commit: id, path: "" });
      });
      const answers = await Promise.all([...others, ...own]);
      const local = await openLocalRepository(repository.path);
      for (const [index, id] of ids.entries())
        expect(answers[index]?.hash).toBe((await hashDirectory(local, { commit: id, path: "" })).hash);
    });

    it.each(["pack", "idx"])(
      "F29 mends a cache whose %s files are spoiled, once, and then goes on as before",
      async (kind) => {
        await hashAt();
        spoil((path) => path.endsWith(`.${kind}`));
        const before = host.requests.length;
        expect(await hashAt()).toBe(hash);
        const mended = host.requests.length;
        expect(mended).toBeGreaterThan(before);
        expect(await hashAt()).toBe(hash);
        expect(host.requests.length).toBe(mended);
      },
    );

    it("F29 mends what is spoiled or taken away between the fetch and the reading", async () => {
      for (const damage of [
        () => spoil((path) => path.endsWith(".pack")),
        () => rmSync(join(gitDirectory(), "objects/pack"), { recursive: true }),
        () => rmSync(gitDirectory(), { recursive: true }),
      ]) {
        const remote = open();
        await remote.ensureCommit(commit);
        await hashDirectory(remote, { commit, path: "d" });
        // A git that was asked lives on for a moment, with its files open.
        await setTimeout(150);
        damage();
        const other = open();
        await other.ensureCommit(commit);
        damage();
        expect((await hashDirectory(other, { commit, path: "d" })).hash).toBe(hash);
      }
    });

    it("F29 tells why a spoiled cache cannot be mended", async () => {
      await hashAt();
      spoil((path) => path.endsWith(".pack"));
      host.fault = (_, response) => response.writeHead(503).end() !== undefined;
      await expect(hashAt()).rejects.toMatchObject({ code: "GIT_UNREACHABLE" });
    });

    /** Other bytes in the middle of each file. */
    function spoil(isMeant: (path: string) => boolean): void {
      const packs = join(gitDirectory(), "objects/pack");
      for (const path of readdirSync(packs)
        .map((file) => join(packs, file))
        .filter(isMeant)) {
        const { size } = statSync(path);
        const bytes = readFileSync(path);
        chmodSync(path, 0o644);
        bytes.fill(0x5a, Math.min(12, size), Math.max(size - 20, 12));
        writeFileSync(path, bytes);
        if (path.endsWith(".idx")) truncateSync(path, Math.floor(size / 2));
      }
    }
  });
});

describe("the relay between native git and the host", () => {
  it("F26 opens to nobody without its secret, which no command line shows", async () => {
    const signal = AbortSignal.timeout(10_000);
    const transport = openTransport({ origin: host.origin, trust: "private", maxBytes: 1e6, token: "secret", signal });
    await using relay = await openRelay({ url: toUrl(), transport, onFailure: () => undefined });
    const [name = "", secret = ""] = relay.header.split(": ");
    const wrong = [undefined, "", "00", "zz".repeat(32), "0".repeat(64), `${secret}00`, secret.slice(2)];
    for (const key of wrong) {
      const headers = key === undefined ? {} : { [name]: key };
      expect((await fetch(`${relay.url}/info/refs?service=git-upload-pack`, { headers })).status).toBe(403);
    }
    expect(host.requests).toEqual([]);
    const headers = { [name]: secret };
    expect((await fetch(`${relay.url}/info/refs?service=git-upload-pack`, { headers })).status).toBe(200);
    const { port } = new URL(relay.url);
    const elsewhere = [`@evil.example/`, `:1/x`, `//evil.example/x`];
    for (const path of elsewhere)
      await expect(fetch(`http://127.0.0.1:${port}/${path}`, { headers })).rejects.toThrow();
    for (const { line } of host.requests) expect(line).toContain(basename(repository.path));
  });

  it("F26 shows its secret in no command line while git fetches", async () => {
    const lines: string[] = [];
    host.fault = () => {
      for (const { commandLine, environment } of findDescendants(process.pid))
        if (environment.includes("x-countersign-relay")) lines.push(commandLine);
      return false;
    };
    const remote = openRemoteRepository({ url: toUrl(), directory, git: nativeGit, enterpriseOrigin: host.origin });
    await remote.ensureCommit(commit);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join()).not.toContain("x-countersign-relay");
  });
});

/** The start of a pack of a thousand blobs, of a megabyte each. */
const packStart = Buffer.from("PACK\0\0\0\x02\0\0\x03\xe8", "latin1");
const noise = randomBytes(1024 ** 2);

function* flood() {
  yield packStart;
  for (let left = 1000; left > 0; left--) yield Buffer.concat([toPackHeader("blob", noise.length), deflateSync(noise)]);
}

async function* drip() {
  yield packStart;
  for (const byte of Buffer.concat([toPackHeader("blob", noise.length), deflateSync(noise)])) {
    yield Buffer.from([byte]);
    await setTimeout(100);
  }
}
