import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Build, hashBuild, toBuildDescription } from "../../src/protocol/build-hash.ts";

interface BuildVector {
  readonly about: string;
  readonly build: Omit<Build, "sources"> & { readonly sources: Record<string, string> };
  readonly description: string;
  readonly hash: string;
}

const directory = new URL("../vectors/build-hash/", import.meta.url);
const vectors = readdirSync(directory)
  .filter((file) => file.endsWith(".json"))
  .map((file): BuildVector => JSON.parse(readFileSync(new URL(file, directory), "utf8")));

const build: Build = {
  compiler: "solc",
  version: "0.8.37+commit.f401782d",
  settings: { optimizer: { enabled: true, runs: 200 } },
  sources: new Map([["contracts/Vault.sol", "contract Vault {}"]]),
};

describe("the vectors, which were written by another program", () => {
  it.each(vectors)("$about", (vector) => {
    const { sources, ...rest } = vector.build;
    const found = { ...rest, sources: new Map(Object.entries(sources)) };
    expect(toBuildDescription(found)).toBe(vector.description);
    expect(hashBuild(found)).toBe(vector.hash);
  });
});

describe("what the hash names", () => {
  const other: [string, Partial<Build>][] = [
    ["the compiler", { compiler: "vyper" }],
    ["its version", { version: "0.8.36+commit.f401782d" }],
    ["its commit", { version: "0.8.37+commit.f401782e" }],
    ["a setting", { settings: { optimizer: { enabled: true, runs: 201 } } }],
    ["a path", { sources: new Map([["contracts/vault.sol", "contract Vault {}"]]) }],
    ["a byte of a source", { sources: new Map([["contracts/Vault.sol", "contract Vault {} "]]) }],
    ["one more source", { sources: new Map([...build.sources, ["contracts/Unused.sol", ""]]) }],
  ];

  it.each(other)("changes with %s", (_, change) => {
    expect(hashBuild({ ...build, ...change })).not.toBe(hashBuild(build));
  });
});

describe("a build that cannot be named", () => {
  const outside = ["/home/me/Vault.sol", "../Vault.sol", "contracts/./Vault.sol", "C:/Vault.sol", "a\\Vault.sol", ""];

  it("is refused with every path that leads outside the project", () => {
    const sources = new Map([...outside, "contracts/Vault.sol"].map((path) => [path, ""]));
    expect(() => hashBuild({ ...build, sources })).toThrow(
      expect.objectContaining({ problems: outside.map((subject) => expect.objectContaining({ subject })) }),
    );
  });

  const twoToThe53 = 9_007_199_254_740_992;
  const numbers = [Number.NaN, Number.POSITIVE_INFINITY, twoToThe53, -twoToThe53, 0.5];
  it.each([...numbers, "\ud800"])("is refused for the setting %j", (runs) => {
    const settings = { optimizer: { runs } };
    expect(() => hashBuild({ ...build, settings })).toThrow(expect.objectContaining({ code: "BUILD_FAILED" }));
  });

  it("is named for the largest number that no other one is rounded to", () => {
    const settings = { optimizer: { runs: Number.MAX_SAFE_INTEGER } };
    expect(toBuildDescription({ ...build, settings })).toContain('"runs":9007199254740991');
  });

  it("is refused with every text that UTF-8 cannot carry: it would have the hash of another", () => {
    const sources = new Map([
      ["a.sol", "\ud800"],
      ["b.sol", "\ufffd"],
      ["c.sol", "\udc00\ud800"],
      ["d\ud800.sol", ""],
    ]);
    expect(() => hashBuild({ ...build, sources })).toThrow(
      expect.objectContaining({
        problems: ["a.sol", "c.sol", "d\ud800.sol"].map((subject) =>
          expect.objectContaining({ code: "BUILD_FAILED", subject }),
        ),
      }),
    );
  });
});
