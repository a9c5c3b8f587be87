import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type BuildInfoKind, parseBuildInfo } from "../../src/protocol/build-info.ts";
import { type BuildPlace, placeSources } from "../../src/protocol/build-sources.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const own = sha256("own");
const vault: BuildPlace = {
  directory: "contracts/vault",
  project: "",
  files: new Map([["Vault.sol", own]]),
  names: new Set(["contracts", "src", "lib"]),
};

/** A build of these sources, with the directory's own one beside them where `vault` is meant. */
function place(kind: BuildInfoKind, paths: readonly string[], change: Partial<BuildPlace> = {}) {
  const sources = new Map([...paths].map((path) => [path, "own"]));
  const build = { compiler: "solc", version: "0.8.37+commit.f401782d", settings: {}, sources };
  return placeSources({ kind, build }, { ...vault, ...change });
}

describe("a source in the directory", () => {
  const inside: [string, BuildInfoKind, string, Partial<BuildPlace>][] = [
    ["of Foundry", "foundry", "contracts/vault/Vault.sol", {}],
    ["of Hardhat 2", "hardhat-2", "contracts/vault/Vault.sol", {}],
    ["of Hardhat 3", "hardhat-3", "project/contracts/vault/Vault.sol", {}],
    ["of a standard JSON input", "standard-json", "contracts/vault/Vault.sol", {}],
    ["of a project below the root", "foundry", "vault/Vault.sol", { project: "contracts" }],
    ["that is the project", "foundry", "Vault.sol", { project: "contracts/vault" }],
    [
      "that holds the project",
      "foundry",
      "Vault.sol",
      { directory: "a", project: "a/b", files: new Map([["b/Vault.sol", own]]) },
    ],
    ["that is the repository", "foundry", "src/V.sol", { directory: "", files: new Map([["src/V.sol", own]]) }],
    [
      "where node_modules is committed",
      "foundry",
      "node_modules/a/A.sol",
      { directory: "", files: new Map([["node_modules/a/A.sol", own]]) },
    ],
  ];
  it.each(inside)("is held against it: %s", (_, kind, path, change) => {
    expect(place(kind, [path], change)).toMatchObject({ problems: [], inside: [{ sha256: own }], dependencies: [] });
    const other = new Map([...(change.files ?? vault.files).keys()].map((file) => [file, sha256("other")]));
    expect(place(kind, [path], { ...change, files: other }).problems).toEqual([
      expect.objectContaining({ code: "BUILD_SOURCE_DIFFERS", message: expect.stringContaining(sha256("other")) }),
    ]);
  });

  it("that the directory lacks is refused, and every other one with it", () => {
    const paths = ["contracts/vault/Vault.sol", "contracts/vault/B.sol", "contracts/vault/a/C.sol"];
    const { problems } = place("foundry", paths, { files: new Map([["Vault.sol", sha256("other")]]) });
    expect(problems.map(({ code, subject }) => [code, subject])).toEqual([
      ["BUILD_SOURCE_DIFFERS", "contracts/vault/Vault.sol"],
      ["BUILD_SOURCE_ABSENT", "contracts/vault/B.sol"],
      ["BUILD_SOURCE_ABSENT", "contracts/vault/a/C.sol"],
    ]);
  });

  it("that stands in a lib of the directory cannot pass as a package", () => {
    const { problems } = place("foundry", ["src/V.sol", "lib/evil/E.sol"], {
      directory: "",
      files: new Map([["src/V.sol", own]]),
    });
    expect(problems).toEqual([expect.objectContaining({ code: "BUILD_SOURCE_ABSENT", subject: "lib/evil/E.sol" })]);
  });
});

describe("a build that reads nothing of the directory", () => {
  const nothing: [string, string, Partial<BuildPlace>][] = [
    ["another folder", "contracts/vaults/Vault.sol", {}],
    ["another letter case", "contracts/Vault/Vault.sol", {}],
    ["a project elsewhere", "contracts/vault/Vault.sol", { project: "packages/vault" }],
    ["a package alone", "node_modules/a/A.sol", {}],
  ];
  it.each(nothing)("is refused, since nothing was checked: %s", (_, path, change) => {
    expect(place("foundry", [path], change).problems).toEqual([
      expect.objectContaining({ code: "BUILD_SOURCE_ABSENT", message: expect.stringContaining("found none") }),
    ]);
  });
});

describe("what lies outside", () => {
  const packages: [BuildInfoKind, string, string, string | undefined][] = [
    ["foundry", "node_modules/@acme/parts/a/A.sol", "@acme/parts", undefined],
    ["foundry", "node_modules/parts/A.sol", "parts", undefined],
    ["foundry", "node_modules/a/node_modules/b/B.sol", "b", undefined],
    ["foundry", "lib/maths/src/M.sol", "maths", undefined],
    ["foundry", "lib/maths/lib/inner/I.sol", "maths", undefined],
    ["hardhat-2", "@acme/parts/A.sol", "@acme/parts", undefined],
    ["hardhat-2", "parts/A.sol", "parts", undefined],
    ["hardhat-3", "npm/@acme/parts@2.1.0/A.sol", "@acme/parts", "2.1.0"],
    ["hardhat-3", "npm/parts@local/A.sol", "parts", "local"],
    ["standard-json", "@acme/parts/A.sol", "@acme/parts", undefined],
    ["standard-json", "lib/maths/src/M.sol", "maths", undefined],
  ];
  it.each(packages)("is named by its package: %s %s", (kind, path, name, version) => {
    const { dependencies } = place(kind, [path]);
    expect(dependencies).toHaveLength(1);
    expect(dependencies[0]?.package).toMatchObject({ name, ...(version && { version }) });
  });

  const plain: [BuildInfoKind, string][] = [
    ["foundry", "src/Other.sol"],
    ["foundry", "lib/One.sol"],
    ["foundry", "elsewhere/Other.sol"],
    ["hardhat-2", "lib/maths/M.sol"],
    ["hardhat-3", "project/src/Other.sol"],
    ["standard-json", "src/Other.sol"],
  ];
  it.each(plain)("is the project's own where it is of no package: %s %s", (kind, path) => {
    expect(place(kind, [path]).dependencies).toEqual([
      { hash: expect.any(String), sources: [{ path: path.replace("project/", ""), sha256: own }] },
    ]);
  });

  it("is one package with every version apart, the project's own last, and one hash for each", () => {
    const paths = ["contracts/Z.sol", "node_modules/b/a0", "node_modules/b/a/B.sol", "lib/a/A.sol", "lib/b/B.sol"];
    const { dependencies } = place("foundry", ["contracts/vault/Vault.sol", ...paths]);
    expect(dependencies.map((one) => one.package?.root)).toEqual(["lib/a", "lib/b", "node_modules/b", undefined]);
    expect(dependencies[2]).toMatchObject({
      sources: [{ path: "a/B.sol" }, { path: "a0" }],
      hash: `0x${sha256(`${own}  a/B.sol\n${own}  a0\n`)}`,
    });
  });

  it("has one hash from every tool", () => {
    const hashes = ["foundry", "hardhat-2", "hardhat-3"].map((tool) => {
      const file = new URL(`../vectors/build-hash/tools/${tool}-one.json`, import.meta.url);
      const info = parseBuildInfo(readFileSync(file, "utf8"));
      const sources = [...info.build.sources].map(
        ([path, text]) => [path.replace(/^project\//, ""), sha256(text)] as const,
      );
      const files = new Map(sources.map(([path, hash]) => [path.replace("contracts/vault/", ""), hash]));
      const { problems, inside, dependencies } = placeSources(info, { ...vault, files });
      expect({ problems, inside: inside.map(({ path }) => path) }).toEqual({
        problems: [],
        inside: ["Fees.sol", "Vault.sol"],
      });
      return dependencies.find((one) => one.package?.name === "@acme/parts")?.hash;
    });
    expect(new Set(hashes).size).toBe(1);
    expect(hashes[0]).toMatch(/^0x/);
  });
});
