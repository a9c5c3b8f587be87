import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitHost, startGitHost } from "../helpers/git-host.ts";
import { createRepository, type Repository } from "../helpers/repository.ts";
import { countersign } from "./countersign.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const vectors = join(root, "test/vectors/build-hash/tools");
const expected = JSON.parse(readFileSync(join(vectors, "expected.json"), "utf8"));
const buildInfo = join(vectors, "foundry-one.json");
const compiler = "0.8.37+commit.f401782d";
const pin = "7".repeat(40);

const { sources } = JSON.parse(readFileSync(buildInfo, "utf8")).input;
const contentOf = (path: string): string => sources[path].content;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const ownFiles = Object.fromEntries(
  Object.keys(sources)
    .filter((path) => path.startsWith("contracts/"))
    .map((path) => [path, contentOf(path)]),
);
const lock = { packages: { "node_modules/@acme/parts": { version: "2.1.0" } } };

let scratch: string;
let repository: Repository;
let commit: string;
let host: GitHost;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
  repository = createRepository();
  repository.git(["update-index", "--add", "--cacheinfo", `160000,${pin},lib/maths`]);
  commit = repository.commit({ ...ownFiles, "package-lock.json": JSON.stringify(lock) });
  host = await startGitHost(dirname(repository.path));
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  repository[Symbol.dispose]();
  rmSync(scratch, { recursive: true });
});

function atCommit(oid = commit, path = "contracts/vault"): string {
  return `${repository.path}#${oid}:${path}`;
}

function write(name: string, text: string | Uint8Array): string {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe("the build hash", () => {
  it.each(["foundry", "hardhat-2", "hardhat-3"])("is printed alone, the same from two folders: %s", async (tool) => {
    for (const folder of ["one", "two"]) {
      const ran = await countersign(["build-hash", join(vectors, `${tool}-${folder}.json`)]);
      expect(ran).toEqual({ exit: 0, stdout: `${expected[tool].hash}\n`, stderr: "- Reading the build\n" });
    }
  });

  it("is the SHA-256 of the description, byte for byte", async () => {
    const { stdout, exit } = await countersign(["build-hash", buildInfo, "--description"]);
    expect(exit).toBe(0);
    expect(stdout).toBe(expected.foundry.description);
    expect(`0x${execFileSync("sha256sum", { input: stdout }).toString().slice(0, 64)}`).toBe(expected.foundry.hash);
  });

  it("is one object for a program", async () => {
    const { stdout } = await countersign(["build-hash", buildInfo, "--json", "--description"]);
    const { hash, description } = expected.foundry;
    expect(JSON.parse(stdout)).toEqual({
      hash,
      kind: "foundry",
      compiler: `solc ${compiler}`,
      sources: 4,
      description,
    });
  });

  it("of a standard JSON input needs the compiler's version", async () => {
    const { language, sources, settings } = JSON.parse(readFileSync(buildInfo, "utf8")).input;
    const file = write("input.json", JSON.stringify({ language, sources, settings }));
    expect(await countersign(["build-hash", file])).toMatchObject({ exit: 1, stdout: "" });
    const ran = await countersign(["build-hash", file, "--compiler", compiler]);
    expect(ran).toMatchObject({ exit: 0, stdout: `${expected.foundry.hash}\n` });
  });
});

describe("the check against the directory", () => {
  it("names what lies outside, by package with version and hash", async () => {
    const { stdout, exit } = await countersign(["build-hash", buildInfo, "--in", atCommit()]);
    expect(exit).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "0xdb120a6f5264b7ad12cef3be60b31950a2c3cb03db2ac89103205fc6e69b8a05

      Compiler       solc 0.8.37+commit.f401782d
      Directory      0x0d3a7e94c0536e7aa67f2b0925d2a0f56ce373476030055ae4465f7b56054897
      Sources in it  2, byte for byte as the directory has them
      Outside it     2 sources, which the contract hash does not cover

      maths 7777777777777777777777777777777777777777 (says the submodule's commit)
        0xc1596f731f3140e5132138c71a8ff93ec7d48acf0e513e286d89d38d59ebcfd9
        9faab51230b65e3e4b2037b098495be5f3da35a24f9fba97d18f0f13ff704708  src/Maths.sol

      @acme/parts 2.1.0 (says package-lock.json)
        0xd36727c25c10715559b277cced8492bbcad3ff4bd6f2a3c8cf797a8b3cc07b38
        a769116f35a3a12b06ef209a846b063bb3e30bbb841a223e0072f677c4301a61  access/Owned.sol
      "
    `);
  });

  it("is one object for a program, whose hashes can be computed again", async () => {
    const { stdout } = await countersign(["build-hash", buildInfo, "--in", atCommit(), "--json"]);
    const owned = sha256(contentOf("node_modules/@acme/parts/access/Owned.sol"));
    const tree = await countersign(["hash", atCommit()]);
    expect(JSON.parse(stdout)).toMatchObject({
      contractHash: tree.stdout.trim(),
      inside: [{ path: "Fees.sol", sha256: sha256(contentOf("contracts/vault/Fees.sol")) }, { path: "Vault.sol" }],
      dependencies: [
        { name: "maths", root: "lib/maths", version: pin, versionSource: "the submodule's commit" },
        {
          name: "@acme/parts",
          version: "2.1.0",
          versionSource: "package-lock.json",
          hash: `0x${sha256(`${owned}  access/Owned.sol\n`)}`,
          sources: [{ path: "access/Owned.sol", sha256: owned }],
        },
      ],
    });
  });

  it("is the same over https, where the repository is elsewhere", async () => {
    const env = { GHE_HOST: new URL(host.origin).host, GHE_PROTOCOL: "http" };
    const source = `${host.origin}/${basename(repository.path)}#${commit}:contracts/vault`;
    const there = await countersign(["build-hash", buildInfo, "--in", source, "--json"], { env });
    const here = await countersign(["build-hash", buildInfo, "--in", atCommit(), "--json"]);
    expect(there.exit).toBe(0);
    expect(JSON.parse(there.stdout)).toEqual(JSON.parse(here.stdout));
  });

  it("takes a directory on this disk, with the versions of what is installed there", async () => {
    const project = join(scratch, "disk");
    cpSync(repository.path, project, { recursive: true, filter: (path) => basename(path) !== ".git" });
    write("disk/node_modules/@acme/parts/package.json", '{"version":"2.1.1"}');
    const args = ["build-hash", buildInfo, "--in", join(project, "contracts/vault"), "--project", project, "--json"];
    expect(JSON.parse((await countersign(args)).stdout).dependencies).toMatchObject([
      { name: "maths", version: null },
      { name: "@acme/parts", version: "2.1.1", versionSource: "node_modules/@acme/parts/package.json" },
    ]);
    const here = ["build-hash", buildInfo, "--in", "contracts/vault", "--json"];
    for (const cwd of [project, repository.path]) expect(await countersign(here, { cwd })).toMatchObject({ exit: 0 });
  });

  it("finds a project below the root, and the lockfile above it", async () => {
    const files = Object.fromEntries(Object.entries(ownFiles).map(([path, text]) => [`packages/app/${path}`, text]));
    const below = repository.commit(files);
    const args = ["build-hash", buildInfo, "--in", atCommit(below, "packages/app/contracts/vault/")];
    const ran = await countersign([...args, "--project", "./packages/app/", "--json"]);
    expect(JSON.parse(ran.stdout).dependencies[1]).toMatchObject({
      version: "2.1.0",
      versionSource: "package-lock.json",
    });
    expect(await countersign(args)).toMatchObject({ exit: 1, stderr: expect.stringContaining("BUILD_SOURCE_ABSENT") });
  });
});

describe("what cannot be vouched for", () => {
  it("is refused with every source that differs or is not there, and prints no hash", async () => {
    const changed = repository.commit({
      "contracts/vault/Vault.sol": "contract Vault {}\r\n",
      "contracts/vault/Fees.sol": undefined,
    });
    const ran = await countersign(["build-hash", buildInfo, "--in", atCommit(changed)]);
    repository.commit(ownFiles);
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^BUILD_SOURCE_ABSENT: .*"contracts\/vault\/Fees\.sol"$/m);
    expect(ran.stderr).toMatch(/^BUILD_SOURCE_DIFFERS: .*"contracts\/vault\/Vault\.sol"/m);
  });

  it("cannot move the cursor: neither a path nor a version", async () => {
    const evil = JSON.parse(readFileSync(buildInfo, "utf8"));
    evil.input.sources["src/\u202egnp.sol"] = { content: "" };
    const versions = { packages: { "node_modules/@acme/parts": { version: "2\u001b[31m" } } };
    const oid = repository.commit({ "package-lock.json": JSON.stringify(versions) });
    const ran = await countersign(["build-hash", write("evil.json", JSON.stringify(evil)), "--in", atCommit(oid)]);
    expect(ran.exit).toBe(0);
    expect(ran.stdout).toContain("@acme/parts 2\\u{1b}[31m");
    expect(ran.stdout).toContain("src/\\u{202e}gnp.sol");
    for (const hidden of ["\u001b", "\u202e"]) expect(ran.stdout).not.toContain(hidden);
  });

  const standard = (settings: string, content: string | Uint8Array = "x") =>
    Buffer.concat([
      Buffer.from('{"language":"Solidity","sources":{"a.sol":{"content":"'),
      Buffer.from(content),
      Buffer.from(`"}},"settings":${settings}}`),
    ]);
  const other = (settings: string, content?: Uint8Array) => [
    write("other.json", standard(settings, content)),
    "--compiler",
    compiler,
  ];
  const ambiguous: [string, () => string[], string][] = [
    [
      "a number that is rounded",
      () => other('{"optimizer":{"runs":9007199254740993}}'),
      "settings.optimizer.runs: expected a whole number",
    ],
    ["a name twice", () => other('{"optimizer":{"runs":1,"runs":2}}'), '"runs" twice in "optimizer"'],
    ["bytes that are no UTF-8", () => other("{}", Buffer.from("78ff", "hex")), "from byte 55 on"],
    ["a changed compiler", () => [buildInfo, "--compiler", `${compiler}.mod.Linux.g++`], "changed sources"],
    ["a version with more behind it", () => [buildInfo, "--compiler", `${compiler} `], "8 hex digits"],
  ];
  it.each(ambiguous)("is refused where two builds could have one hash: %s", async (_, args, words) => {
    const ran = await countersign(["build-hash", ...args()]);
    expect(ran).toMatchObject({ exit: 1, stdout: "" });
    expect(ran.stderr).toMatch(/^BUILD_INFO_INVALID: /m);
    expect(ran.stderr).toContain(words);
  });

  const refused: [string, () => string[], number, string][] = [
    ["a file that is not there", () => [join(scratch, "nowhere.json")], 2, "USAGE"],
    ["a directory", () => [scratch], 2, "USAGE"],
    ["no JSON", () => [write("no.json", "<html>")], 1, "BUILD_INFO_INVALID"],
    ["another compiler", () => [buildInfo, "--compiler", "0.8.36+commit.8a079791"], 1, "BUILD_INFO_INVALID"],
    ["a project without a directory", () => [buildInfo, "--project", "x"], 2, "USAGE"],
    ["a project outside", () => [buildInfo, "--in", atCommit(), "--project", "../x"], 2, "USAGE"],
    ["a directory that is not there", () => [buildInfo, "--in", atCommit(commit, "nowhere")], 1, "TREE_ABSENT"],
    ["a commit that is not there", () => [buildInfo, "--in", atCommit("0".repeat(40))], 3, "GIT_OBJECT_ABSENT"],
  ];
  it.each(refused)("%s", async (_, args, exit, code) => {
    const ran = await countersign(["build-hash", ...args()]);
    expect(ran).toMatchObject({ exit, stdout: "" });
    expect(ran.stderr).toMatch(new RegExp(`^${code}: `, "m"));
  });
});

describe("forge itself", () => {
  /** The project of the vectors, built anew. */
  function build(folder: string): string {
    for (const path of Object.keys(sources)) write(`${folder}/${path}`, contentOf(path));
    const settings = [
      'src = "contracts"',
      'libs = ["lib", "node_modules"]',
      'remappings = ["@acme/=node_modules/@acme/"]',
      `solc = ${JSON.stringify(join(root, "contracts/script/solc"))}`,
      "auto_detect_solc = false",
      "offline = true",
      'evm_version = "osaka"',
    ];
    write(`${folder}/foundry.toml`, ["[profile.default]", ...settings, ""].join("\n"));
    const project = join(scratch, folder);
    execFileSync(join(root, "node_modules/.bin/forge"), ["build", "--build-info"], { cwd: project, stdio: "pipe" });
    const [file = ""] = readdirSync(join(project, "out/build-info"));
    return join(project, "out/build-info", file);
  }

  it("builds in two folders to the hash of the vectors", async () => {
    const files = ["forge", "another/folder/forge"].map(build);
    expect(new Set(files.map((file) => readFileSync(file, "utf8"))).size).toBe(2);
    const hashes = await Promise.all(
      files.map(async (file) => (await countersign(["build-hash", file])).stdout.trim()),
    );
    expect(hashes).toEqual([expected.foundry.hash, expected.foundry.hash]);
  });
});
