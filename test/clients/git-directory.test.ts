import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { deflateSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { hashDirectory } from "../../src/clients/git/directory-hash.ts";
import { openLocalRepository } from "../../src/clients/git/local-repository.ts";
import type { ObjectSource } from "../../src/clients/git/object-source.ts";
import type { TreeLimits } from "../../src/protocol/tree-listing.ts";
import { gitsOfDepth } from "../helpers/gits.ts";
import { writeLoose, writeLyingPack } from "../helpers/loose-lies.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { createSource } from "../helpers/source.ts";

describe.each(gitsOfDepth)("with $name", ({ git }) => {
  async function hashAt(repository: Repository, commit: string, path: string, limits: Partial<TreeLimits> = {}) {
    return hashDirectory(await openLocalRepository(repository.path, { git }), { commit, path, limits });
  }

  describe("what a path names", () => {
    const repository = createRepository();
    let commit = "";
    beforeAll(() => {
      symlinkSync("contracts", join(repository.path, "link"));
      repository.git(["add", "link"]);
      commit = repository.commit({ "contracts/A.sol": "a", "contracts2/B.sol": "b", "README.md": "r" });
      return () => repository[Symbol.dispose]();
    });

    it("takes the directory literally, not its neighbours", async () => {
      const { files } = await hashAt(repository, commit, "contracts");
      expect(files.map((file) => file.path)).toEqual(["A.sol"]);
      expect(await hashAt(repository, commit, "contracts/")).toMatchObject({ files });
    });

    it.each([
      ["Contracts", "TREE_ABSENT"],
      ["contract", "TREE_ABSENT"],
      ["contracts/lib", "TREE_ABSENT"],
      ["contracts/../contracts", "TREE_ABSENT"],
      ["contracts//", "TREE_ABSENT"],
      ["/contracts", "TREE_ABSENT"],
      ["link/A.sol", "TREE_ABSENT"],
      ["README.md", "TREE_NOT_A_DIRECTORY"],
      ["link", "TREE_NOT_A_DIRECTORY"],
    ])("refuses %s", async (path, code) => {
      await expect(hashAt(repository, commit, path)).rejects.toMatchObject({ code });
    });

    it("hashes the root of the repository", async () => {
      const root = repository.git(["rev-parse", `${commit}:contracts`]);
      const inner = repository.writeCommit(root);
      expect((await hashAt(repository, inner, "")).hash).toBe((await hashAt(repository, commit, "contracts")).hash);
    });
  });

  describe("what a commit is named by", () => {
    it("refuses anything but the full id of a commit", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "a" });
      const branch = "1".repeat(40);
      repository.git(["update-ref", `refs/heads/${branch}`, commit]);
      repository.git(["tag", "-a", "-m", "v1", "v1"]);
      const tag = repository.git(["rev-parse", "v1"]);
      const tree = repository.git(["rev-parse", `${commit}^{tree}`]);
      for (const name of ["main", "HEAD", commit.slice(0, 12), commit.toUpperCase(), tag, tree])
        await expect(hashAt(repository, name, "d")).rejects.toMatchObject({ code: "GIT_NOT_A_COMMIT" });
      await expect(hashAt(repository, branch, "d")).rejects.toMatchObject({ code: "GIT_OBJECT_ABSENT" });
    });
  });

  describe("where objects come from", () => {
    it("gives one hash for loose, packed, bare, alternate and linked repositories", async () => {
      using repository = createRepository();
      repository.commit({ "d/a": "a\n".repeat(400), "d/b/c": "c" });
      const commit = repository.commit({ "d/a": `${"a\n".repeat(400)}b` });
      const { hash } = await hashAt(repository, commit, "d");

      using bare = createRepository({ bare: true });
      bare.git(["fetch", "-q", repository.path, "main"]);
      using borrower = createRepository();
      writeFileSync(join(borrower.path, ".git/objects/info/alternates"), `${join(repository.path, ".git/objects")}\n`);
      const linked = join(repository.path, "linked");
      repository.git(["worktree", "add", "-q", "--detach", linked, commit]);
      repository.git(["repack", "-adq"]);
      repository.git(["prune-packed"]);

      for (const path of [repository.path, bare.path, borrower.path, linked])
        expect((await hashDirectory(await openLocalRepository(path, { git }), { commit, path: "d" })).hash).toBe(hash);
    });

    it("ignores refs/replace, grafts and the work tree", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      const { hash } = await hashAt(repository, commit, "d");
      const other = repository.commit({ "d/a": "wrong" });
      repository.git(["replace", commit, other]);
      repository.git(["replace", repository.writeBlob("right"), repository.writeBlob("wrong")]);
      writeFileSync(join(repository.path, ".git/info/grafts"), `${commit} ${other}\n`);
      writeFileSync(join(repository.path, "d/a"), "dirty");
      expect((await hashAt(repository, commit, "d")).hash).toBe(hash);
    });

    it("refuses a loose object whose bytes do not match its id", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      overwriteObject(repository, repository.writeBlob("right"), "blob 5\0wrong");
      await expect(hashAt(repository, commit, "d")).rejects.toMatchObject({ code: "TREE_OBJECT_MISMATCH" });
    });

    it("refuses a source that answers other bytes for an id, as a packed object can", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      const honest = await openLocalRepository(repository.path, { git });
      const lie = repository.writeBlob("right");
      const readObject = (oid: string) =>
        oid === lie ? Promise.resolve({ type: "blob" as const, bytes: Buffer.from("wrong") }) : honest.readObject(oid);
      await expect(hashDirectory(createSource(readObject), { commit, path: "d" })).rejects.toMatchObject({
        code: "TREE_OBJECT_MISMATCH",
      });
    });

    it("tells a missing object from a refusal", async () => {
      using repository = createRepository();
      const missing = "2".repeat(40);
      const tree = repository.writeTree([{ mode: "100644", name: "a", oid: missing }]);
      const commit = repository.writeCommit(repository.writeTree([{ mode: "40000", name: "d", oid: tree }]));
      await expect(hashAt(repository, commit, "d")).rejects.toMatchObject({ code: "GIT_OBJECT_ABSENT", kind: "fault" });
    });

    it.each<[string, (zlib: Buffer) => Buffer]>([
      ["with a byte that flipped", (zlib) => Buffer.from(zlib.map((byte, at) => (at === 5 ? byte ^ 0xff : byte)))],
      ["with a broken header", (zlib) => Buffer.concat([Buffer.from([0, 0]), zlib.subarray(2)])],
      ["of no bytes", () => Buffer.alloc(0)],
    ])("refuses a loose object %s, beside all others, its own or an alternate's", async (_, toBroken) => {
      using lender = createRepository();
      using borrower = createRepository();
      borrow(borrower, join(lender.path, ".git/objects"));
      for (const [content, holder] of Object.entries({ lent: lender, own: borrower })) {
        const oid = holder.writeBlob(content);
        const symlink = { mode: "120000", name: "b", oid: lender.writeBlob("a") };
        const commit = lender.writeCommit(lender.writeTree([{ mode: "100644", name: "a", oid }, symlink]));
        const zlib = deflateSync(`blob ${content.length}\0${content}`);
        writeLoose(holder, oid, toBroken(zlib));
        const error = await hashAt(borrower, commit, "").catch((thrown) => thrown);
        expect(error.problems?.map(({ code }: { code: string }) => code).sort()).toEqual([
          "TREE_OBJECT_MISMATCH",
          "TREE_SYMLINK",
        ]);
        writeLoose(holder, oid, zlib);
      }
    });

    it.each(["commit", "tree"])("refuses a %s that is there but cannot be read", async (type) => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      const oid = repository.git(["rev-parse", `${commit}^{${type}}`]);
      writeLoose(repository, oid, Buffer.alloc(0));
      await expect(hashAt(repository, commit, "d")).rejects.toMatchObject({
        code: "TREE_OBJECT_MISMATCH",
        problems: [{ subject: oid }],
      });
    });

    it.each<[string, (path: string) => void]>([
      ["a pipe", (path) => void execFileSync("mkfifo", [path])],
      ["a folder", (path) => mkdirSync(path)],
      ["a link to a device", (path) => symlinkSync("/dev/zero", path)],
    ])("refuses %s in the place of a loose object, and waits for nobody", async (_, make) => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      for (const place of [`${commit}:d/a`, `${commit}:d`, commit]) {
        const oid = repository.git(["rev-parse", place]);
        const path = join(repository.path, ".git/objects", oid.slice(0, 2), oid.slice(2));
        renameSync(path, `${path}.right`);
        make(path);
        const refused = { code: "TREE_OBJECT_MISMATCH", problems: [{ subject: oid }] };
        await expect(withWriter(path, hashAt(repository, commit, "d"))).rejects.toMatchObject(refused);
        rmSync(path, { recursive: true });
        renameSync(`${path}.right`, path);
      }
    });

    it.each(["config", "packed-refs", "objects/info/alternates"])(
      "refuses a repository with a pipe at %s, and waits for nobody",
      async (name) => {
        using repository = createRepository();
        const commit = repository.commit({ "d/a": "right" });
        const path = join(repository.path, ".git", name);
        rmSync(path, { force: true });
        execFileSync("mkfifo", [path]);
        const refused = { code: "GIT_NOT_A_REPOSITORY", problems: [{ subject: path }] };
        await expect(withWriter(path, hashAt(repository, commit, "d"))).rejects.toMatchObject(refused);
      },
    );

    it.each<[string, (pack: string) => void]>([
      ["a pack is cut off", (pack) => truncateSync(pack, statSync(pack).size - 10)],
      ["a pack is empty", (pack) => truncateSync(pack, 0)],
      ["a pack is gone", (pack) => rmSync(pack)],
      [
        "a pack is another",
        (pack) => writeFileSync(pack, Buffer.concat([readFileSync(pack).subarray(0, -20), Buffer.alloc(20)])),
      ],
      ["an index is cut off", (pack) => truncateSync(toIndex(pack), statSync(toIndex(pack)).size - 10)],
      ["an index is empty", (pack) => truncateSync(toIndex(pack), 0)],
      ["an index is a pipe", (pack) => replaceByPipe(toIndex(pack))],
      ["a pack is a pipe", (pack) => replaceByPipe(pack)],
      ["an index of many packs is a pipe", (pack) => replaceByPipe(join(dirname(pack), "multi-pack-index"))],
    ])("refuses a repository, its own or an alternate, where %s", async (_, spoil) => {
      using lender = createRepository();
      using borrower = createRepository();
      borrow(borrower, join(lender.path, ".git/objects"));
      const commit = lender.commit({ "d/a": "right" });
      lender.git(["repack", "-adq"]);
      const { hash } = await hashAt(borrower, commit, "d");
      expect(hash).toBe((await hashAt(lender, commit, "d")).hash);
      const packs = join(lender.path, ".git/objects/pack");
      const [pack = ""] = readdirSync(packs).filter((name) => name.endsWith(".pack"));
      for (const name of readdirSync(packs)) chmodSync(join(packs, name), 0o644);
      spoil(join(packs, pack));
      for (const { path } of [lender, borrower]) {
        const answer = openLocalRepository(path, { git }).then((source) =>
          hashDirectory(source, { commit, path: "d" }),
        );
        await expect(withWriter(packs, answer)).rejects.toMatchObject({
          problems: [{ code: "TREE_OBJECT_MISMATCH", subject: expect.stringMatching(/pack/) }],
        });
      }
    });

    it("reads beside a pack without objects, which git writes, and beside halves of packs", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      repository.git(["repack", "-adq"]);
      repository.git(["pack-objects", "-q", ".git/objects/pack/pack"], { input: "" });
      const packs = join(repository.path, ".git/objects/pack");
      const [index = ""] = readdirSync(packs).filter((name) => name.endsWith(".idx"));
      for (const name of [".tmp-1-pack-1.idx", "tmp_idx_1.idx"]) copyFileSync(join(packs, index), join(packs, name));
      expect(readdirSync(packs)).toContain("pack-029d08823bd8a8eab510ad6ac75c823cfd3ed31e.pack");
      expect((await hashAt(repository, commit, "d")).files).toHaveLength(1);
    });

    it("waits for a git that takes a pack away or puts one there, and refuses only what stays broken", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "right" });
      repository.git(["repack", "-aq"]);
      const packs = join(repository.path, ".git/objects/pack");
      const [pack = ""] = readdirSync(packs).filter((name) => name.endsWith(".pack"));
      renameSync(join(packs, pack), join(packs, "away"));
      const opening = hashAt(repository, commit, "d");
      await setTimeout(30);
      renameSync(join(packs, "away"), join(packs, pack));
      expect((await opening).files).toHaveLength(1);
    });

    it("refuses a commit of more than may be held, loose and packed", async () => {
      using repository = createRepository();
      const tree = repository.git(["rev-parse", `${repository.commit({ "d/a": "a" })}^{tree}`]);
      const commit = repository.writeCommit(tree, { message: "x".repeat(100) });
      const input = `${repository.git(["cat-file", "-p", commit])}\n${"x".repeat(17 * 1024 ** 2)}\n`;
      const large = repository.git(["hash-object", "-t", "commit", "-w", "--stdin"], { input });
      await expect(hashAt(repository, large, "d")).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
      repository.git(["update-ref", "refs/heads/main", large]);
      repository.git(["repack", "-adq"]);
      repository.git(["prune-packed"]);
      await expect(hashAt(repository, large, "d")).rejects.toMatchObject({ code: "GIT_TOO_LARGE" });
    });

    it("reads a commit of 300,000 parents, loose and in a pack of 43 KB", async () => {
      using repository = createRepository();
      const parent = repository.commit({ "d/a": "a" });
      const { hash } = await hashAt(repository, parent, "d");
      const tree = repository.git(["rev-parse", `${parent}^{tree}`]);
      const people = "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n";
      const input = `tree ${tree}\n${`parent ${parent}\n`.repeat(300_000)}${people}`;
      const commit = repository.git(["hash-object", "-t", "commit", "-w", "--stdin"], { input });
      expect((await hashAt(repository, commit, "d")).hash).toBe(hash);
      const pack = repository.git(["pack-objects", "-q", ".git/objects/pack/pack"], { input: `${commit}\n` });
      expect(statSync(join(repository.path, `.git/objects/pack/pack-${pack}.pack`)).size).toBeLessThan(64 * 1024);
      repository.git(["prune-packed"]);
      expect((await hashAt(repository, commit, "d")).hash).toBe(hash);
    });

    it("refuses one broken object among thousands", async () => {
      using repository = createRepository();
      const paths = Array.from({ length: 1_100 }, (_, index) => [`d/${index}`, `${index}`]);
      const d = repository.git(["rev-parse", `${repository.commit(Object.fromEntries(paths))}:d`]);
      const oid = repository.writeBlob("right");
      const entry = { mode: "100644", name: "a", oid };
      const commit = repository.writeCommit(repository.writeTree([entry, { mode: "40000", name: "d", oid: d }]));
      const dictionary = Buffer.from("right");
      const broken = [Buffer.alloc(0), deflateSync(`blob ${10n ** 18n}\0right`), deflateSync("blob", { dictionary })];
      for (const zlib of broken) {
        writeLoose(repository, oid, zlib);
        await expect(hashAt(repository, commit, "")).rejects.toMatchObject({
          problems: [{ code: "TREE_OBJECT_MISMATCH", subject: oid }],
        });
      }
    });

    it("follows alternates as deep as git, and those in quotes", async () => {
      using last = createRepository();
      const commit = last.commit({ "d/a": "right" });
      const between = Array.from({ length: 5 }, () => createRepository());
      using first = createRepository();
      const chain = [first, ...between, last];
      for (const [index, repository] of chain.slice(0, -1).entries())
        borrow(repository, `${chain[index + 1]?.path}/.git/objects`);
      symlinkSync(`${between[0]?.path}/.git`, join(first.path, '.git/q"\té'));
      writeFileSync(join(first.path, ".git/objects/info/alternates"), '# one\n"../q\\"\\t\\303\\251/objects"\n');
      const { hash } = await hashAt(last, commit, "d");
      expect((await hashAt(first, commit, "d")).hash).toBe(hash);
      for (const repository of between) repository[Symbol.dispose]();
    });

    it("finds alternates by what links lead to, as git does", async () => {
      using lender = createRepository();
      const commit = lender.commit({ "d/a": "right" });
      const { hash } = await hashAt(lender, commit, "d");
      using borrower = createRepository();
      using between = createRepository();
      const [objects, store] = [join(borrower.path, ".git/objects"), join(between.path, "x/store")];
      mkdirSync(dirname(store), { recursive: true });
      renameSync(objects, store);
      symlinkSync(store, objects);
      const absolute = join(lender.path, ".git/objects");
      const fromStore = relative(store, absolute);
      const file = join(store, "info/alternates");
      for (const text of [fromStore, `${objects}/${fromStore}`, `"/nowhere"x${absolute}`, `${absolute}\0x`]) {
        writeFileSync(file, text);
        expect((await hashAt(borrower, commit, "d")).hash).toBe(hash);
      }
      writeFileSync(file, between.path);
      mkdirSync(join(between.path, "info"));
      renameSync(absolute, join(lender.path, "store"));
      symlinkSync(join(lender.path, "store"), absolute);
      writeFileSync(join(between.path, "info/alternates"), absolute);
      expect((await hashAt(borrower, commit, "d")).hash).toBe(hash);
    });

    it("refuses an alternate whose name is not UTF-8, as it stands and in quotes", async () => {
      using borrower = createRepository();
      const commit = borrower.commit({ "d/a": "right" });
      mkdirSync(Buffer.from(`${borrower.path}/caf\xe9`, "latin1"));
      for (const text of [`${borrower.path}/caf\xe9`, `"${borrower.path}/caf\\351"`]) {
        writeFileSync(join(borrower.path, ".git/objects/info/alternates"), text, "latin1");
        await expect(hashAt(borrower, commit, "d")).rejects.toMatchObject({ code: "GIT_NOT_A_REPOSITORY" });
      }
    });

    it("reads an alternate of any name", async () => {
      using lender = createRepository();
      const commit = lender.commit({ "d/a": "right" });
      const { hash } = await hashAt(lender, commit, "d");
      using borrower = createRepository();
      renameSync(join(lender.path, ".git/objects"), join(lender.path, "store"));
      borrow(borrower, `${join(lender.path, "absent")}\n${join(lender.path, "store")}`);
      expect((await hashAt(borrower, commit, "d")).hash).toBe(hash);
    });

    it.each([
      "[extensions] objectformat = sha256",
      "[core] bare = false\n[Extensions]ObjectFormat=sha256",
      '[extensions]\nobjectformat = \\\n  "sha"256',
    ])("refuses a repository configured by %j", async (config) => {
      using repository = createRepository();
      writeFileSync(join(repository.path, ".git/config"), config);
      await expect(openLocalRepository(repository.path, { git })).rejects.toMatchObject({
        code: "GIT_NOT_A_REPOSITORY",
      });
    });

    it("refuses what is no SHA-1 repository", async () => {
      using repository = createRepository();
      repository.git(["init", "-q", "--object-format=sha256", "other"]);
      for (const path of ["other", "absent"])
        await expect(openLocalRepository(join(repository.path, path))).rejects.toMatchObject({
          code: "GIT_NOT_A_REPOSITORY",
        });
    });
  });

  describe("limits", () => {
    it.each<[Partial<TreeLimits>, string, string, string]>([
      [{ files: 2 }, "TREE_TOO_MANY_FILES", "c/d/e", "limit files"],
      [{ files: 1 }, "TREE_TOO_MANY_FILES", "b", "limit files"],
      [{ bytes: 29 }, "TREE_TOO_MANY_BYTES", "c/d/e", "limit bytes"],
      [{ bytes: 15 }, "TREE_TOO_MANY_BYTES", "b", "limit bytes"],
      [{ bytes: 5 }, "TREE_TOO_MANY_BYTES", "a", "limit bytes"],
      [{ depth: 2 }, "TREE_TOO_DEEP", "c/d/e", "limit depth"],
      [{ pathBytes: 4 }, "TREE_PATH_TOO_LONG", "c/d/e", "limit path-bytes"],
      [{ listBytes: 10 }, "TREE_PATHS_TOO_LONG", "c/d/e", "limit list-bytes"],
      [{ files: 0, listBytes: 50 }, "TREE_PATHS_TOO_LONG", ".", "limit list-bytes"],
    ])("refuses more than %j, and tells where and by which limit", async (limits, code, subject, name) => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "0123456789", "d/b": "9876543210", "d/c/d/e": "0123456789" });
      await expect(hashAt(repository, commit, "d", limits)).rejects.toMatchObject({
        problems: [{ code, subject, message: expect.stringContaining(`(${name})`) }],
      });
      const enough = { files: 3, bytes: 30, depth: 3, pathBytes: 5, listBytes: 11 };
      expect((await hashAt(repository, commit, "d", enough)).files).toHaveLength(3);
    });

    it("counts nothing of what is broken, however large it says to be", async () => {
      using repository = createRepository();
      const oids = ["a", "b", "c"].map((text) => repository.writeBlob(text.repeat(100)));
      const entries = oids.map((oid, index) => ({ mode: "100644", name: `${index}`, oid }));
      const commit = repository.writeCommit(repository.writeTree(entries));
      const [first = "", second = ""] = oids;
      rmSync(join(repository.path, ".git/objects", first.slice(0, 2)), { recursive: true });
      writeLyingPack(repository, first, { zlib: deflateSync("a"), size: 9950 });
      for (const size of [9950, 9_999_999]) {
        overwriteObject(repository, second, `blob ${size}\0b`);
        await expect(hashAt(repository, commit, "", { bytes: 10_000 })).rejects.toMatchObject({
          problems: [first, second].map((subject) => ({ code: "TREE_OBJECT_MISMATCH", subject })),
        });
      }
    });

    it("names the first file in the order of the listing, and not of the reading, at which what was read is too much", async () => {
      using repository = createRepository();
      const commit = repository.commit({ "d/a": "a".repeat(10), "d/b": "b".repeat(10), "d/c": "c".repeat(10) });
      const { readObject, streamBlobs } = await openLocalRepository(repository.path, { git });
      const source: ObjectSource = { readObject, streamBlobs: (oids, open) => streamBlobs(oids.toReversed(), open) };
      await expect(hashDirectory(source, { commit, path: "d", limits: { bytes: 15 } })).rejects.toMatchObject({
        problems: [{ code: "TREE_TOO_MANY_BYTES", subject: "c" }],
      });
    });

    it("ends at a bomb of ten billion paths, of files and of folders alone, within seconds", async () => {
      using repository = createRepository();
      const file = { mode: "100644", name: "f", oid: repository.writeBlob("boom") };
      for (const leaf of [[file], []]) {
        let tree = repository.writeTree(leaf);
        for (let level = 0; level < 10; level++)
          tree = repository.writeTree([..."0123456789"].map((name) => ({ mode: "40000", name, oid: tree })));
        const commit = repository.writeCommit(tree);
        await expect(hashAt(repository, commit, "")).rejects.toMatchObject({ code: "TREE_TOO_MANY_FILES" });
      }
    }, 20_000);
  });
});

/** Fails where somebody waits for the pipe: who does would wait for ever. */
async function withWriter<T>(path: string, read: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const waiting = setTimeout(3000, undefined, stop).then(() => {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    throw new Error(`expected nobody at ${path}, found a reader that waits`);
  });
  return Promise.race([read, waiting]).finally(() => stop.abort());
}

function toIndex(pack: string): string {
  return pack.replace(/pack$/, "idx");
}

function replaceByPipe(path: string): void {
  rmSync(path, { force: true });
  execFileSync("mkfifo", [path]);
}

function borrow(repository: Repository, objects: string): void {
  writeFileSync(join(repository.path, ".git/objects/info/alternates"), `${objects}\n`);
}

function overwriteObject(repository: Repository, oid: string, wrapped: string): void {
  const directory = join(repository.path, ".git/objects", oid.slice(0, 2));
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o644);
  writeFileSync(join(directory, oid.slice(2)), deflateSync(wrapped));
}
