import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limitNames } from "../../src/settings.ts";
import { hashByCoreutils } from "../helpers/coreutils.ts";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { commitTree, file } from "../helpers/tree-vector.ts";
import { countersign, startCountersign } from "./countersign.ts";

const files = {
  "contracts/Vault.sol": "contract Vault {}\n",
  "contracts/lib/é.sol": "// é\n",
  "README.md": "# Vault\n",
};

let repository: Repository;
let bare: Repository;
let commit: string;
let hash: string;
let host: GitHost;
let scratch: string;

beforeAll(async () => {
  repository = createRepository();
  commit = repository.commit(files);
  bare = createRepository({ bare: true });
  bare.git(["fetch", "-q", repository.path, "main:main"]);
  hash = `0x${hashByCoreutils(join(repository.path, "contracts"))}`;
  host = await startGitHost(dirname(bare.path));
  scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  for (const one of [repository, bare]) one[Symbol.dispose]();
  rmSync(scratch, { recursive: true });
});

const enterprise = () => ({ GHE_HOST: new URL(host.origin).host, GHE_PROTOCOL: "http" });
const remote = () => `${host.origin}/${basename(bare.path)}`;

describe("the hash that coreutils prints", () => {
  it("is printed alone for a directory, with a note where git may store other files", async () => {
    const ran = await countersign(["hash", join(repository.path, "contracts")]);
    expect(ran).toMatchObject({ exit: 0, stdout: `${hash}\n` });
    expect(ran.stderr).toContain(`those that git has of ${commit.slice(0, 12)}`);
    const copy = join(scratch, "copy");
    mkdirSync(join(copy, "lib"), { recursive: true });
    writeFileSync(join(copy, "Vault.sol"), files["contracts/Vault.sol"]);
    writeFileSync(join(copy, "lib/é.sol"), files["contracts/lib/é.sol"]);
    expect(await countersign(["hash", copy])).toEqual({ exit: 0, stdout: `${hash}\n`, stderr: "- Hashing\n" });
  });

  it("is printed for a commit of a repository with a work tree, of a bare one, and of one elsewhere", async () => {
    for (const place of [repository.path, bare.path, remote()]) {
      const ran = await countersign(["hash", `${place}#${commit}:contracts`], { env: enterprise() });
      expect(ran).toMatchObject({ exit: 0, stdout: `${hash}\n` });
    }
  });

  it("is that of the printed lines", async () => {
    const { stdout, stderr } = await countersign(["hash", `${bare.path}#${commit}:contracts/`, "--manifest"]);
    expect(stderr.split("\n")).toContain(hash);
    const sum = execFileSync("sha256sum", { input: stdout, encoding: "utf8" });
    expect(`0x${sum.slice(0, 64)}`).toBe(hash);
  });

  it.each(["native", "builtin"])(
    "is that of the printed lines, whatever the last path ends with: %s",
    async (choice) => {
      for (const end of [" ", "\u00a0", "\u3000", "\ufeff"]) {
        const odd = repository.commit({ [`z${end.codePointAt(0)}/b${end}`]: "x" });
        const source = `${repository.path}#${odd}:z${end.codePointAt(0)}`;
        const options = { env: { COUNTERSIGN_GIT: choice } };
        const { stdout, stderr } = await countersign(["hash", source, "--manifest"], options);
        const sum = execFileSync("sha256sum", { input: stdout, encoding: "utf8" });
        expect({ end, hashes: stderr.split("\n") }).toMatchObject({
          end,
          hashes: expect.arrayContaining([`0x${sum.slice(0, 64)}`]),
        });
      }
    },
  );

  it("is one object for a program", async () => {
    const { stdout, exit } = await countersign(["hash", `${bare.path}#${commit}:contracts`, "--manifest", "--json"]);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      hash,
      source: { kind: "local", repository: bare.path, commit, path: "contracts" },
      files: 2,
      bytes: 24,
      manifest: expect.stringMatching(/^[0-9a-f]{64} {2}Vault\.sol\n[0-9a-f]{64} {2}lib\/é\.sol\n$/),
    });
  });

  it("is found where the directory's name holds what a commit is named by", async () => {
    const odd = join(scratch, `odd#${commit}:contracts`);
    mkdirSync(odd);
    writeFileSync(join(odd, "a"), "");
    expect(await countersign(["hash", odd, "--json"])).toMatchObject({ exit: 0 });
    const below = repository.commit({ "a#b:c/Vault.sol": "x" });
    expect(await countersign(["hash", `${repository.path}#${below}:a#b:c`])).toMatchObject({ exit: 0 });
  });
});

describe("the files on this disk, where git has others", () => {
  it("are hashed all the same, with a note that names them, five of a kind", async () => {
    using edited = createRepository();
    edited.commit({ "a.txt": "a\n", "gone\u202e.txt": "x\n" });
    writeFileSync(join(edited.path, "a.txt"), "a\r\n");
    rmSync(join(edited.path, "gone\u202e.txt"));
    for (const name of ["1", "2", "3", "4", "5", "6"]) writeFileSync(join(edited.path, name), "");
    const { exit, stdout, stderr } = await countersign(["hash", edited.path]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: `0x${hashByCoreutils(edited.path)}\n` });
    expect(stderr.split("\n")).toEqual([
      "- Hashing",
      expect.stringContaining("REPOSITORY#COMMIT:PATH hashes that."),
      "  6 not in the commit (ignored, not committed yet, or a submodule's): 1, 2, 3, 4, 5, …",
      "  1 with other bytes (edited, or stored through a filter: line ends, LFS): a.txt",
      "  1 only in the commit: gone\\u{202e}.txt",
      "",
    ]);
  });

  it("are hashed with a note where git has no commit, or none that can be read", async () => {
    for (const [format, note] of [
      ["sha1", "no commit is checked out yet, so that git has none of them."],
      ["sha256", "GIT_NOT_A_REPOSITORY: expected the SHA-1 object format, found SHA-256"],
    ] as const) {
      const directory = mkdtempSync(join(scratch, "new-"));
      repository.git(["init", "-q", `--object-format=${format}`, directory]);
      writeFileSync(join(directory, "a"), "a\n");
      const { exit, stdout, stderr } = await countersign(["hash", directory]);
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: `0x${hashByCoreutils(directory)}\n` });
      expect(stderr).toContain("not compared with what git has");
      expect(stderr).toContain(note);
      const { workTree } = JSON.parse((await countersign(["hash", directory, "--json"])).stdout);
      expect(workTree).toMatchObject({ commit: null, added: format === "sha1" ? ["a"] : [] });
    }
  });

  it("are listed for a program", async () => {
    const { stdout } = await countersign(["hash", join(repository.path, "contracts"), "--json"]);
    const head = repository.git(["rev-parse", "HEAD"]);
    const workTree = { commit: head, added: [], removed: [], changed: [], problems: [] };
    expect(JSON.parse(stdout)).toMatchObject({ hash, workTree });
  });
});

describe("limits", () => {
  const taken: [string, string[], Record<string, string>, string][] = [
    ["one", ["--limit", "files=1"], {}, "TREE_TOO_MANY_FILES"],
    ["that of all paths", ["--limit", "list-bytes=12"], {}, "TREE_PATHS_TOO_LONG"],
    ["several, each by its own word", ["--limit", "files=10", "--limit", "bytes=5"], {}, "TREE_TOO_MANY_BYTES"],
    ["several with commas", ["--limit", "files=10,depth=1"], {}, "TREE_TOO_DEEP"],
    ["that of the environment", [], { COUNTERSIGN_LIMITS: "path-bytes=3" }, "TREE_PATH_TOO_LONG"],
  ];
  it.each(taken)("%s: what is over it is refused", async (_, words, env, code) => {
    for (const source of [join(repository.path, "contracts"), `${bare.path}#${commit}:contracts`]) {
      const { exit, stderr } = await countersign(["hash", ...words, source], { env });
      expect(exit).toBe(1);
      expect(stderr).toMatch(new RegExp(`${code}: .* \\(limit [a-z-]+\\).*(Vault\\.sol|lib)`));
    }
  });

  it("are those of the words, before those of the environment", async () => {
    const env = { COUNTERSIGN_LIMITS: "files=1,bytes=1000" };
    const ran = await countersign(["hash", "--limit", "files=2", join(repository.path, "contracts")], { env });
    expect(ran).toMatchObject({ exit: 0, stdout: `${hash}\n` });
  });

  it("end a fetch that is too large", async () => {
    const words = ["hash", `${remote()}#${commit}:contracts`, "--limit", "pack-bytes=50"];
    const ran = await countersign(words, { env: enterprise() });
    expect(ran).toMatchObject({ exit: 1, stderr: expect.stringMatching(/GIT_TOO_LARGE: .*\(limit pack-bytes\)/) });
  });

  it("are all named by --help", async () => {
    const { stdout } = await countersign(["hash", "--help"]);
    const words = stdout.replace(/\s+/g, " ");
    for (const name of Object.keys(limitNames)) expect(words).toMatch(new RegExp(`limit: .*\\b${name}[,;]`));
  });

  it("that nobody knows are told, all of them", async () => {
    const words = ["hash", "--limit", "file=1,bytes=-5", "--limit", "depth", repository.path];
    const { exit, stderr } = await countersign(words);
    expect(exit).toBe(2);
    for (const found of ["file=1", "bytes=-5", "depth"]) expect(stderr).toContain(`found "${found}"`);
    const wrong = await countersign(["hash", repository.path], { env: { COUNTERSIGN_LIMITS: "x=1,y" } });
    expect(wrong.exit).toBe(2);
    for (const found of ["x=1", "y"]) expect(wrong.stderr).toContain(`found "${found}"`);
  });
});

describe("settings", () => {
  it.each<[string, string[], Record<string, string>, string[]]>([
    ["the host", [], { GHE_PROTOCOL: "ftp", GHE_HOST: "a b" }, ["GHE_PROTOCOL: ", "GHE_HOST: "]],
    ["limits of both kinds", ["--limit", "z=1"], { COUNTERSIGN_LIMITS: "x=1" }, ["--limit: ", "COUNTERSIGN_LIMITS: "]],
    [
      "all of them",
      ["--limit", "z=1"],
      { COUNTERSIGN_GIT: "bogus", COUNTERSIGN_LIMITS: "bogus", GHE_PROTOCOL: "ftp", GHE_HOST: "x" },
      ["--limit: ", "GHE_PROTOCOL: ", "COUNTERSIGN_GIT: ", "COUNTERSIGN_LIMITS: "],
    ],
  ])("that are wrong are told all at once: %s", async (_, words, env, told) => {
    const { exit, stdout } = await countersign(["hash", repository.path, "--json", ...words], { env });
    expect(exit).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { problems: { message: string }[] } };
    expect(error.problems.map(({ message }) => /^.*?: /.exec(message)?.[0])).toEqual(told);
  });
});

describe("COUNTERSIGN_GIT", () => {
  it("leaves the choice between git on the path and what is built in", async () => {
    for (const choice of ["native", "builtin"])
      for (const place of [bare.path, remote()]) {
        const env = { ...enterprise(), COUNTERSIGN_GIT: choice };
        const ran = await countersign(["hash", `${place}#${commit}:contracts`], { env });
        expect(ran).toEqual({ exit: 0, stdout: `${hash}\n`, stderr: "- Hashing\n" });
      }
    const ran = await countersign(["hash", bare.path], { env: { COUNTERSIGN_GIT: "jgit" } });
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining('expected native or builtin, found "jgit"') });
  });
});

describe("what cannot be hashed", () => {
  it("is refused with every problem, its path made visible and what to do", async () => {
    const blob = repository.writeBlob("x");
    const tree = repository.writeTree([
      { mode: "100644", name: "a\u001b[31m", oid: blob },
      { mode: "120000", name: "link", oid: blob },
      { mode: "120000", name: "\u202egnp.exe", oid: blob },
      { mode: "100644", name: "\ue000\\", oid: blob },
    ]);
    const ran = await countersign(["hash", `${repository.path}#${repository.writeCommit(tree)}`]);
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toContain('TREE_NAME_CONTROL: found a control character in "a\\u{1b}[31m"\n  Rename the file');
    expect(ran.stderr).toContain("TREE_SYMLINK: ");
    expect(ran.stderr).toContain("TREE_NAME_BACKSLASH: ");
    for (const hidden of ["\u001b", "\u202e"]) expect(ran.stderr).not.toContain(hidden);
  });

  it("is one object for a program, with all problems", async () => {
    const directory = join(scratch, "links");
    mkdirSync(directory);
    for (const name of ["one", "two"]) symlinkSync("/etc/passwd", join(directory, name));
    const { exit, stdout } = await countersign(["hash", directory, "--json"]);
    expect(exit).toBe(1);
    const problem = { code: "TREE_SYMLINK", message: expect.any(String), hint: expect.stringContaining("Replace") };
    expect(JSON.parse(stdout)).toEqual({
      error: {
        ...problem,
        problems: ["one", "two"].map((subject) => ({ ...problem, subject })),
      },
    });
  });

  const refused: [string, () => string, number, string][] = [
    ["a directory that is not there", () => join(scratch, "nowhere"), 1, "TREE_ABSENT"],
    ["a file", () => join(repository.path, "README.md"), 1, "TREE_NOT_A_DIRECTORY"],
    ["a path that the commit lacks", () => `${bare.path}#${commit}:nowhere`, 1, "TREE_ABSENT"],
    ["a branch", () => `${bare.path}#main:contracts`, 1, "GIT_NOT_A_COMMIT"],
    ["a commit that is not there", () => `${bare.path}#${"0".repeat(40)}`, 3, "GIT_OBJECT_ABSENT"],
    ["no repository", () => `${scratch}#${commit}`, 2, "GIT_NOT_A_REPOSITORY"],
    ["nothing before the commit", () => `#${commit}`, 2, "USAGE"],
    ["git's ext transport", () => `ext::sh -c id#${commit}`, 2, "GIT_NOT_A_REPOSITORY"],
    ["an option in place of a repository", () => `--upload-pack=id#${commit}`, 2, "USAGE"],
    ["ssh", () => `ssh://-oProxyCommand=id/x#${commit}`, 2, "GIT_NOT_A_REPOSITORY"],
    ["a host that nobody named", () => `http://169.254.169.254/x/y#${commit}`, 1, "LINK_HOST"],
    ["a name and password", () => `https://me:secret@github.com/x/y#${commit}`, 1, "LINK_HOST"],
    ["a commit that the host lacks", () => `${remote()}#${"1".repeat(40)}`, 3, "GIT_REFUSED"],
    ["a repository that the host lacks", () => `${host.origin}/nothing#${commit}`, 3, "GIT_REFUSED"],
  ];
  it.each(refused)("%s", async (_, source, exit, code) => {
    const ran = await countersign(["hash", source()], { env: enterprise() });
    expect(ran).toMatchObject({ exit, stdout: "" });
    expect(ran.stderr).toMatch(new RegExp(`^${code}: `, "m"));
  });

  it("is not known where the host does not answer", async () => {
    const env = { GHE_HOST: "127.0.0.1:1", GHE_PROTOCOL: "http" };
    const ran = await countersign(["hash", `http://127.0.0.1:1/x/y#${commit}`, "--json"], { env });
    expect(ran.exit).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "GIT_UNREACHABLE" } });
  });
});

describe("the token", () => {
  it("goes to the host that it is for, and is never shown", async () => {
    const env = { ...enterprise(), GITHUB_TOKEN: "ghp_secret" };
    const before = host.requests.length;
    const ran = await countersign(["hash", `${host.origin}/nothing#${commit}`], { env });
    const sent = host.requests.slice(before).map(({ authorization }) => authorization);
    expect(sent).toEqual([`Basic ${Buffer.from("x-access-token:ghp_secret").toString("base64")}`]);
    expect(ran.stdout + ran.stderr).not.toContain("secret");
  });
});

describe("the temporary repository", () => {
  it("is gone afterwards", async () => {
    const own = mkdtempSync(join(scratch, "tmp-"));
    await countersign(["hash", `${remote()}#${commit}:contracts`], { env: { ...enterprise(), TMPDIR: own } });
    expect(readdirSync(own)).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("is gone after %s", async (signal) => {
    const own = mkdtempSync(join(scratch, "tmp-"));
    let asked = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const silent = createServer(() => asked()).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const env = { GHE_HOST: address, GHE_PROTOCOL: "http", TMPDIR: own };
    const child = startCountersign(["hash", `http://${address}/x/y#${commit}`], { env });
    await reached;
    expect(readdirSync(own)).not.toEqual([]);
    child.kill(signal);
    expect((await child).exitCode).toBe(signal === "SIGINT" ? 130 : 143);
    expect(readdirSync(own)).toEqual([]);
    silent.closeAllConnections();
    silent.close();
  });
});

describe("a reader that has enough", () => {
  it("ends it quietly", () => {
    const many = { ...file(`#-${"x".repeat(60)}`), repeat: { count: 3000, digits: 4 } };
    const source = `${repository.path}#${commitTree(repository, [many])}:dir`;
    const errors = join(scratch, "errors");
    const line = 'node_modules/.bin/node src/cli/main.ts hash "$0" --manifest 2>"$1" | head -1';
    expect(execFileSync("sh", ["-c", line, source, errors]).toString()).toMatch(/^[0-9a-f]{64} {2}\S+\n$/);
    expect(readFileSync(errors, "utf8")).toMatch(/^- Hashing\n0x[0-9a-f]{64}\n$/);
  });
});
