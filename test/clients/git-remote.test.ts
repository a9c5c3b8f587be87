import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { findLastChange } from "../../src/clients/git/history.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import { openObjectCache } from "../../src/clients/git/object-cache.ts";
import { assertPack } from "../../src/clients/git/pack-check.ts";
import { isPublicAddress } from "../../src/clients/git/public-address.ts";
import {
  type FetchReport,
  openRemoteRepository,
  type RemoteSettings,
} from "../../src/clients/git/remote-repository.ts";
import { openTransport } from "../../src/clients/git/transport.ts";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { gitsOfDepth } from "../helpers/gits.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";

let repository: Repository;
let host: GitHost;
let directory: string;

beforeEach(async () => {
  repository = createRepository({ bare: true });
  host = await startGitHost(dirname(repository.path));
  directory = mkdtempSync(join(tmpdir(), "countersign-cache-"));
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

function commitMany(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    repository.commit({
      "d/a": `${"line\n".repeat(50)}${index}`,
      [`d/n${index % 7}`]: String(index),
      "other/x": String(index % 3),
    }),
  );
}

describe.each(gitsOfDepth)("with $name", ({ git }) => {
  const gitDirectory = () => join(directory, git ? "partial" : "whole");
  const half = git ? "tmp_pack_1a2B3c" : "pack-1.idx.1-1.part";
  const haveRef = git ? "refs/countersign/have" : "refs/heads/have";

  function open(settings: Partial<RemoteSettings> = {}) {
    const url = `${host.origin}/${basename(repository.path)}`;
    return openRemoteRepository({ url, directory, git, enterpriseOrigin: host.origin, ...settings });
  }

  describe("a repository over smart HTTP", () => {
    it("gives the hash that the repository itself gives, from one commit fetched by its id", async () => {
      const ids = commitMany(5);
      const commit = ids[2] ?? "";
      const remote = open();
      await remote.ensureCommit(commit);
      const local = await hashDirectory(await openLocalRepository(repository.path, { git }), { commit, path: "d" });
      expect(await hashDirectory(remote, { commit, path: "d" })).toEqual(local);
      expect(await remote.readObject(ids[1] ?? "")).toBeUndefined();
    });

    it("asks again only for what is not here, also after a restart", async () => {
      const ids = commitMany(12);
      const fetched: string[] = [];
      const settings = {
        onFetch: (report: FetchReport) => {
          if ("commit" in report) fetched.push(`${report.commit} ${report.depth}`);
        },
      };
      const [head = "", earlier = ""] = [ids[11], ids[8]];
      await open(settings).ensureCommit(head, 5);
      for (const [commit, depth] of [
        [head, 5],
        [head, 1],
        [earlier, 2],
      ] as const)
        await open(settings).ensureCommit(commit, depth);
      expect(fetched).toEqual([`${head} 5`]);
      await open(settings).ensureCommit(head, 9);
      await open(settings).ensureCommit(head, 100);
      await open(settings).ensureCommit(ids[0] ?? "");
      expect(fetched).toHaveLength(3);
      const remote = open(settings);
      for (const commit of ids) expect(await hashDirectory(remote, { commit, path: "d" })).toHaveProperty("hash");
      expect(fetched).toHaveLength(3);
    });

    it("receives little after a push that changes little", async () => {
      const noise = Array.from({ length: 40 }, (_, index) => [
        `d/big${index}`,
        createHash("sha512").update(String(index)).digest("hex").repeat(40),
      ]);
      const first = repository.commit(Object.fromEntries(noise));
      const second = repository.commit({ "d/a": "small" });
      let bytes = 0;
      const remote = open({ onFetch: (report) => (bytes += report.bytes) });
      await remote.ensureCommit(first);
      await hashDirectory(remote, { commit: first, path: "d" });
      const whole = bytes;
      await remote.ensureCommit(second, 2);
      expect((await hashDirectory(remote, { commit: second, path: "d" })).files).toHaveLength(41);
      expect(bytes - whole).toBeLessThan(whole / 4);
    });

    it("deepens until the last change is found", async () => {
      const changed = repository.commit({ "d/a": "1" });
      let head = changed;
      for (let index = 0; index < 9; index++) head = repository.commit({ other: String(index) });
      const remote = open();
      await remote.ensureCommit(head, 3);
      expect(await findLastChange(remote, { head, paths: ["d"] })).toHaveProperty("shallow");
      await remote.ensureCommit(head, 20);
      expect(await findLastChange(remote, { head, paths: ["d"] })).toEqual({ commit: changed });
    });

    it("lets two fetches into one directory take turns", async () => {
      const ids = commitMany(8);
      await Promise.all(ids.map((commit) => open().ensureCommit(commit, 2)));
      for (const commit of ids) expect(await hashDirectory(open(), { commit, path: "d" })).toHaveProperty("hash");
    });
  });

  describe("what was killed in the middle", () => {
    it.each([
      ["a shallow list that claims too much", () => writeFileSync(join(gitDirectory(), "shallow"), "")],
      ["half a file", () => writeFileSync(join(gitDirectory(), "objects/pack", half), "half")],
      [
        "a pack without index",
        () => writeFileSync(join(gitDirectory(), `objects/pack/pack-${"1".repeat(40)}.pack`), "PACK"),
      ],
      ["a lost note of what is here", () => rmSync(join(gitDirectory(), haveRef), { force: true })],
      ["a torn note of what is here", () => writeFileSync(join(gitDirectory(), haveRef), "12")],
      ["lost packs", () => rmSync(join(gitDirectory(), "objects/pack"), { recursive: true })],
    ])("does not break the next fetch: %s", async (_, damage) => {
      const ids = commitMany(10);
      await open().ensureCommit(ids[8] ?? "", 3);
      damage();
      const remote = open();
      await remote.ensureCommit(ids[9] ?? "", 9);
      for (const commit of ids.slice(1))
        expect(await hashDirectory(remote, { commit, path: "d" })).toHaveProperty("hash");
      expect(readdirSync(join(gitDirectory(), "objects/pack")).filter((name) => name === half)).toEqual([]);
    });

    it("never shows half a file", async () => {
      const source = await openLocalRepository(repository.path, { git });
      const { fs } = openObjectCache(directory, { source, limits: { objectBytes: 1, inflatedBytes: 1 } });
      const path = join(directory, "large.idx");
      const content = Buffer.alloc(64 * 1024 ** 2);
      const sizes = new Set<number>();
      const written = fs.promises.writeFile(path, content).then(() => "done");
      while ((await Promise.race([written, setTimeout(1)])) !== "done")
        sizes.add(statSync(path, { throwIfNoEntry: false })?.size ?? content.length);
      expect([...sizes]).toEqual([content.length]);
    });

    it("works after processes that were killed at any moment", { timeout: 90_000 }, async () => {
      const ids = commitMany(30);
      const settings = { url: `${host.origin}/${basename(repository.path)}`, directory, enterpriseOrigin: host.origin };
      const module = (name: string) => JSON.stringify(new URL(`../../src/clients/git/${name}.ts`, import.meta.url));
      const script = `
      const { openRemoteRepository } = await import(${module("remote-repository")});
      const { findNativeGit } = await import(${module("native-git")});
      const git = ${git ? "await findNativeGit(process.env.PATH)" : "undefined"};
      const remote = openRemoteRepository({ ...${JSON.stringify(settings)}, git });
      console.log("ready");
      for (const [index, commit] of ${JSON.stringify(ids)}.entries()) await remote.ensureCommit(commit, index % 4 + 1);`;
      for (const milliseconds of [30, 80, 140, 200, 270]) {
        const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
          stdio: ["ignore", "pipe", "ignore"],
        });
        await once(child.stdout, "data");
        await setTimeout(milliseconds);
        child.kill("SIGKILL");
        await once(child, "close");
      }
      const remote = open();
      await remote.ensureCommit(ids[29] ?? "", 30);
      for (const commit of ids) expect(await hashDirectory(remote, { commit, path: "d" })).toHaveProperty("hash");
    });

    it.each(["info/refs", "git-upload-pack"])(
      "says so when the connection drops at %s, and works afterwards",
      async (at) => {
        const [commit = ""] = commitMany(1);
        host.fault = (request, response) => {
          if (!request.url?.includes(at)) return false;
          const type = `application/x-git-upload-pack-${at === "info/refs" ? "advertisement" : "result"}`;
          response.writeHead(200, { "content-length": "1000", "content-type": type });
          response.write("0000");
          void setTimeout(20).then(() => response.destroy());
          return true;
        };
        await expect(open().ensureCommit(commit)).rejects.toMatchObject({ code: "GIT_UNREACHABLE" });
        host.fault = undefined;
        await open().ensureCommit(commit);
      },
    );
  });

  describe("what the host answers", () => {
    it.each([
      [404, "GIT_REFUSED"],
      [401, "GIT_REFUSED"],
      [403, "GIT_REFUSED"],
      [429, "GIT_UNREACHABLE"],
      [502, "GIT_UNREACHABLE"],
    ])("turns %i into %s", async (status, code) => {
      host.fault = (_, response) => response.writeHead(status).end() !== undefined;
      await expect(open().ensureCommit("1".repeat(40))).rejects.toMatchObject({ code });
    });

    it("refuses a commit that it does not have, and a branch that has the name of one", async () => {
      const [commit = ""] = commitMany(1);
      const name = "1".repeat(40);
      repository.git(["update-ref", `refs/heads/${name}`, commit]);
      await expect(open().ensureCommit(name)).rejects.toMatchObject({ code: "GIT_REFUSED" });
      await expect(open().ensureCommit("main")).rejects.toMatchObject({ code: "GIT_NOT_A_COMMIT" });
    });

    it("refuses a page that is no git", async () => {
      host.fault = (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>hi") !== undefined;
      await expect(open().ensureCommit("1".repeat(40))).rejects.toMatchObject({ code: "GIT_UNREACHABLE" });
    });

    it("refuses a commit of more than may be held", async () => {
      const [commit = ""] = commitMany(1);
      const input = `${repository.git(["cat-file", "-p", commit])}\n${"x".repeat(17 * 1024 ** 2)}\n`;
      const large = repository.git(["hash-object", "-t", "commit", "-w", "--stdin"], { input });
      await expect(open().ensureCommit(large)).rejects.toMatchObject({ code: "GIT_TOO_LARGE", kind: "refusal" });
    });

    it("gives up at the byte limit and at the time limit", async () => {
      const [commit = ""] = commitMany(1);
      await expect(open({ limits: { packBytes: 100 } }).ensureCommit(commit)).rejects.toMatchObject({
        code: "GIT_TOO_LARGE",
      });
      if (!git)
        await expect(open({ limits: { inflatedBytes: 100 } }).ensureCommit(commit)).rejects.toMatchObject({
          code: "GIT_TOO_LARGE",
        });
      host.fault = () => true;
      await expect(open({ limits: { milliseconds: 50 } }).ensureCommit(commit)).rejects.toMatchObject({
        code: "GIT_UNREACHABLE",
      });
      host.fault = undefined;
      await open().ensureCommit(commit);
    });
  });

  describe("where requests may go", () => {
    it.each([
      "http://github.com/o/r",
      "https://github.com.evil.example/o/r",
      "https://github.com@evil.example/o/r",
      "https://user:secret@github.com/o/r",
      "https://github.com:444/o/r",
      "https://127.0.0.1/o/r",
      "https://github.com/o/r?x=1",
      "https://github.com/../x/../o/r",
      "ext::sh -c touch% /x",
      "file:///etc",
      "ssh://-oProxyCommand=x/o/r",
      "--upload-pack=x",
      "git@github.com:o/r",
    ])("refuses %s", (url) => {
      expect(() => openRemoteRepository({ url, directory })).toThrow(expect.objectContaining({ code: "LINK_HOST" }));
    });

    it("follows a renamed repository on the same host, and sends the token there", async () => {
      const [commit = ""] = commitMany(1);
      const name = basename(repository.path);
      host.fault = (request, response) => {
        if (!request.url?.startsWith("/old")) return false;
        response.writeHead(301, { location: `/${name}${request.url.slice(4)}` }).end();
        return true;
      };
      await open({ url: `${host.origin}/old`, token: "secret" }).ensureCommit(commit);
      const authorization = `Basic ${Buffer.from("x-access-token:secret").toString("base64")}`;
      expect(host.requests).toEqual([
        { line: "GET /old/info/refs?service=git-upload-pack", authorization },
        { line: `GET /${name}/info/refs?service=git-upload-pack`, authorization },
        { line: `POST /${name}/git-upload-pack`, authorization },
      ]);
    });

    it("leaves the host for nobody, and ends after three redirects", async () => {
      await using other = await startGitHost(directory);
      let target = `${other.origin}/x/info/refs?service=git-upload-pack`;
      host.fault = (_, response) => response.writeHead(302, { location: target }).end() !== undefined;
      const remote = open({ token: "secret" });
      await expect(remote.ensureCommit("1".repeat(40))).rejects.toMatchObject({ code: "LINK_HOST" });
      expect(other.requests).toEqual([]);
      target = "/loop/info/refs?service=git-upload-pack";
      await expect(remote.ensureCommit("1".repeat(40))).rejects.toMatchObject({ code: "GIT_REFUSED" });
      expect(host.requests).toHaveLength(1 + 4);
    });

    it("keeps the token out of the cache and of the message", async () => {
      const [commit = ""] = commitMany(1);
      await open({ token: "ghs_secret" }).ensureCommit(commit);
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
        if (entry.isFile())
          expect(readFileSync(join(entry.parentPath, entry.name), "latin1")).not.toContain("ghs_secret");
      host.fault = (_, response) => response.writeHead(403).end("ghs_secret") !== undefined;
      const error = await open({ token: "ghs_secret" }).ensureCommit("1".repeat(40)).catch(String);
      expect(error).not.toContain("ghs_secret");
    });

    it.each([
      ["127.0.0.1", false],
      ["10.1.2.3", false],
      ["169.254.169.254", false],
      ["172.31.0.1", false],
      ["192.168.1.1", false],
      ["100.100.0.1", false],
      ["0.0.0.0", false],
      ["255.255.255.255", false],
      ["::1", false],
      ["::ffff:10.0.0.1", false],
      ["fe80::1", false],
      ["fd00::1", false],
      ["64:ff9b::a00:1", false],
      ["2002:a00:1::", false],
      ["140.82.121.4", true],
      ["2606:50c0:8000::64", true],
    ])("takes %s for public: %s", (address, expected) => {
      expect(isPublicAddress({ address, family: address.includes(":") ? 6 : 4 })).toBe(expected);
    });

    it("refuses a name that answers a private address, at the connection itself", async () => {
      const origin = host.origin.replace("127.0.0.1", "localhost");
      const bounds = { origin, maxBytes: 1000, signal: AbortSignal.timeout(5000) };
      const request = { url: `${origin}/x/info/refs?service=git-upload-pack` };
      const refused = openTransport({ ...bounds, trust: "public" }).request(request);
      await expect(refused).rejects.toMatchObject({ code: "LINK_HOST" });
      expect(host.requests).toEqual([]);
    });
  });
});

describe("a pack before it is unpacked", () => {
  const limits = { objectBytes: 1000, inflatedBytes: 200_000 };

  it("passes as git wrote it, with deltas", () => {
    const ids = commitMany(6);
    const pack = packAll(ids.at(-1) ?? "");
    expect(() => assertPack(pack, limits)).not.toThrow();
    expect(() => assertPack(pack, { ...limits, objectBytes: 100 })).toThrow(
      expect.objectContaining({ code: "GIT_TOO_LARGE" }),
    );
  });

  it.each([
    ["a zlib bomb that says so", seal([entry(3, 2000, Buffer.alloc(2000))]), "GIT_TOO_LARGE"],
    ["a zlib bomb that lies", seal([entry(3, 10, Buffer.alloc(2000))]), "GIT_REFUSED"],
    ["a delta that swells", seal([entry(3, 5, Buffer.alloc(5)), delta(100_000)]), "GIT_TOO_LARGE"],
    ["many objects", seal(Array.from({ length: 105 }, () => entry(3, 900, Buffer.alloc(900)))), "GIT_TOO_LARGE"],
    ["objects of nothing", seal(Array.from({ length: 196 }, () => entry(3, 0, Buffer.alloc(0)))), "GIT_TOO_LARGE"],
    ["a wrong trailer", Buffer.concat([seal([]).subarray(0, 12), Buffer.alloc(20)]), "GIT_REFUSED"],
    ["fewer objects than counted", seal([entry(3, 1, Buffer.alloc(1))], 2), "GIT_REFUSED"],
    ["more than counted", seal([entry(3, 1, Buffer.alloc(1))], 0), "GIT_REFUSED"],
    ["nothing", Buffer.alloc(0), "GIT_REFUSED"],
  ])("is refused with %s", (_, pack, code) => {
    expect(() => assertPack(pack, limits)).toThrow(expect.objectContaining({ code }));
  });

  function packAll(head: string): Buffer {
    const name = repository.git(["pack-objects", "--revs", "-q", "p"], { input: `${head}\n` });
    return readFileSync(join(repository.path, `p-${name}.pack`));
  }
});

function seal(entries: readonly Buffer[], count = entries.length): Buffer {
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  head.writeUInt32BE(count, 8);
  const body = Buffer.concat([head, ...entries]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** One object: its type and size (4 bits, then 7 at a time), then the deflated bytes. */
function entry(type: number, size: number, content: Buffer, base = Buffer.alloc(0)): Buffer {
  const head = [(type << 4) | (size & 15)];
  for (let rest = size >> 4; rest > 0; rest >>= 7) {
    head[head.length - 1] = (head.at(-1) ?? 0) | 0x80;
    head.push(rest & 0x7f);
  }
  return Buffer.concat([Buffer.from(head), base, deflateSync(content)]);
}

/** A delta against the five bytes before it that says to become `size` bytes. */
function delta(size: number): Buffer {
  const result = [(size & 0x7f) | 0x80, ((size >> 7) & 0x7f) | 0x80, size >> 14];
  const content = Buffer.from([5, ...result]);
  return entry(6, content.length, content, Buffer.from([1]));
}
