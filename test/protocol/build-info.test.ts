import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CountersignError } from "../../src/errors.ts";
import { hashBuild, toBuildDescription } from "../../src/protocol/build-hash.ts";
import { type BuildInfo, parseBuildInfo } from "../../src/protocol/build-info.ts";

const tools = ["foundry", "hardhat-2", "hardhat-3"] as const;
const compiler = "0.8.37+commit.f401782d";

function readVector(name: string): string {
  return readFileSync(new URL(`../vectors/build-hash/tools/${name}.json`, import.meta.url), "utf8");
}

/** A second way to the hash, good for ASCII keys: sorted keys, no space, SHA-256 of Node. */
function hashIndependently(text: string): string {
  const { sources, settings } = JSON.parse(text).input;
  const hashes = Object.keys(sources).map((path) => [path, sha256(sources[path].content)]);
  const { outputSelection, ...rest } = settings;
  const described = { compiler: "solc", version: compiler, settings: rest, sources: Object.fromEntries(hashes) };
  return `0x${sha256(JSON.stringify(described, sortKeys))}`;
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

type Change = Readonly<Record<string, unknown>>;
const input = {
  language: "Solidity",
  sources: { "contracts/Vault.sol": { content: "contract Vault {}" } },
  settings: { optimizer: { enabled: true, runs: 200 } },
};
const foundry = { _format: "ethers-rs-sol-build-info-1", solcLongVersion: "0.8.37", input };

function toStandard(change: Change): string {
  return JSON.stringify({ ...input, ...change });
}

/** As Foundry would write it with its base path. */
function toFoundry(change: Change): string {
  return JSON.stringify({ ...foundry, input: { ...input, ...change } });
}

function parse(text: string): BuildInfo {
  return parseBuildInfo(text, { compiler });
}

function refusalOf(text: string, options: { readonly compiler?: string } = { compiler }): CountersignError {
  try {
    parseBuildInfo(text, options);
  } catch (error) {
    if (error instanceof CountersignError) return error;
    throw error;
  }
  throw new Error("expected a refusal, found none");
}

describe("the build-infos that the tools wrote", () => {
  const expected = JSON.parse(readVector("expected"));

  it.each(tools)("of %s have one hash from two folders, which another program found too", (tool) => {
    const texts = [readVector(`${tool}-one`), readVector(`${tool}-two`)];
    const infos = texts.map((text) => parseBuildInfo(text));
    expect(infos.map(({ kind }) => kind)).toEqual([tool, tool]);
    expect(infos.map(({ build }) => hashBuild(build))).toEqual([expected[tool].hash, expected[tool].hash]);
    expect(infos.map(({ build }) => toBuildDescription(build))[0]).toBe(expected[tool].description);
    expect(texts.map(hashIndependently)).toEqual([expected[tool].hash, expected[tool].hash]);
  });

  it.each(tools.slice(0, 1))(
    "of %s differ in what is not of the compilation, so that the test says something",
    (tool) => expect(readVector(`${tool}-one`)).not.toBe(readVector(`${tool}-two`)),
  );

  it.each(tools)("of %s have the hash of their standard JSON input", (tool) => {
    const { basePath, allowPaths, includePaths, version, ...plain } = JSON.parse(readVector(`${tool}-one`)).input;
    const found = parse(JSON.stringify(plain));
    expect(found.kind).toBe("standard-json");
    expect(hashBuild(found.build)).toBe(expected[tool].hash);
  });
});

describe("what does not count", () => {
  const plain = hashBuild(parse(toStandard({})).build);
  const same: [string, string][] = [
    ["ids", JSON.stringify({ ...foundry, id: "1", source_id_to_path: { 0: "/home/me/a.sol" } })],
    ["base, allowed and include paths", toFoundry({ basePath: "/a", allowPaths: ["/b"], includePaths: ["/c"] })],
    [
      "what is printed",
      toStandard({ settings: { ...input.settings, outputSelection: { "*": { "/home/me": ["abi"] } } } }),
    ],
    ["the order of keys", JSON.stringify(Object.fromEntries(Object.entries(input).reverse()))],
  ];
  it.each(same)("%s", (_, text) => expect(hashBuild(parse(text).build)).toBe(plain));

  it("is the folder, where a tool writes it before its paths", () => {
    const hashes = ["/home/ada/vault", "/srv/a:b=c/(1)/", "C:/ci"].map((basePath) => {
      const at = (path: string) => `${basePath.replace(/\/$/, "")}/${path}`;
      const { build } = parse(
        toFoundry({
          basePath,
          sources: { [at("contracts/Vault.sol")]: { content: "contract Vault {}" } },
          settings: {
            libraries: { [at("contracts/Maths.sol")]: { Maths: `0x${"1".repeat(40)}` } },
            remappings: [`${at("lib/a")}/:b/=${at("lib/b/src/")}`, `c/=${at("lib/c/")}`],
          },
        }),
      );
      expect([...build.sources.keys()]).toEqual(["contracts/Vault.sol"]);
      expect(build.settings).toMatchObject({ remappings: ["lib/a/:b/=lib/b/src/", "c/=lib/c/"] });
      return hashBuild(build);
    });
    expect(new Set(hashes).size).toBe(1);
  });
});

describe("the compiler's version", () => {
  const metadata = (version: string) => ({ metadata: JSON.stringify({ compiler: { version } }) });
  const built = (...versions: string[]) =>
    JSON.stringify({ ...foundry, output: { contracts: { "a.sol": versions.map(metadata) } } });

  it("is read from the contracts' metadata where the build-info names only the release", () => {
    expect(refusalOf(JSON.stringify(foundry), {}).code).toBe("BUILD_INFO_INVALID");
    const contracts = { "a.sol": { A: metadata(compiler), B: metadata(compiler), I: {} } };
    const { build } = parseBuildInfo(JSON.stringify({ ...foundry, output: { contracts } }));
    expect(build.version).toBe(compiler);
  });

  it("is the same on every platform", () => {
    const hardhat = { ...foundry, _format: "hh-sol-build-info-1" };
    const versions = ["Emscripten.clang", "Linux.g++"].map((platform) =>
      parseBuildInfo(JSON.stringify({ ...hardhat, solcLongVersion: `${compiler}.${platform}` })),
    );
    expect(new Set(versions.map(({ build }) => hashBuild(build))).size).toBe(1);
  });

  const refused: [string, string, string | undefined][] = [
    ["not named", toStandard({}), undefined],
    ["named without its commit", toStandard({}), "0.8.37"],
    ["no version", toStandard({}), "latest+nightly"],
    [
      "another than --compiler says",
      JSON.stringify({ ...foundry, solcLongVersion: compiler }),
      "0.8.36+commit.8a079791",
    ],
    ["of another release", JSON.stringify({ ...foundry, solcLongVersion: "0.8.36" }), compiler],
  ];
  it.each(refused)("is refused where it is %s", (_, text, version) => {
    const { problems } = refusalOf(text, version === undefined ? {} : { compiler: version });
    expect(problems).toEqual([expect.objectContaining({ code: "BUILD_INFO_INVALID" })]);
    expect(problems[0].message).toContain("--compiler");
  });

  const changed: [string, Change, string | undefined][] = [
    ["--compiler", {}, `${compiler}.mod.Linux.g++`],
    ["solcLongVersion", { solcLongVersion: `${compiler}.mod.Linux.g++` }, undefined],
    ["metadata", { output: { contracts: { "a.sol": { A: metadata(`${compiler}.mod`) } } } }, undefined],
    [
      "metadata",
      { solcLongVersion: compiler, output: { contracts: { "a.sol": { A: metadata(`${compiler}.mod`) } } } },
      undefined,
    ],
  ];
  it.each(changed)("is refused where %s names one of changed sources", (place, change, version) => {
    const text = JSON.stringify({ ...foundry, ...change });
    const { problems } = refusalOf(text, version === undefined ? {} : { compiler: version });
    expect(problems).toEqual([expect.objectContaining({ code: "BUILD_INFO_INVALID" })]);
    expect(problems[0].message).toMatch(new RegExp(`^${place}: .*changed sources`));
  });

  it.each([`${compiler}zzz`, `${compiler} `])("is refused with more behind it: %j", (version) => {
    const named = JSON.stringify({ ...foundry, solcLongVersion: version });
    expect(refusalOf(named, {}).message).toMatch(/^solcLongVersion: /);
    expect(refusalOf(toStandard({}), { compiler: version }).message).toMatch(/^--compiler: /);
  });

  it("is refused where two contracts name two", () => {
    const contracts = { "a.sol": { A: metadata(compiler), B: metadata("0.8.37+commit.00000000") } };
    expect(refusalOf(JSON.stringify({ ...foundry, output: { contracts } }), {}).problems).toHaveLength(1);
    expect(refusalOf(built(compiler), {}).problems).toHaveLength(1);
  });
});

describe("what is refused", () => {
  const shapes: [string, string, string][] = [
    ["no JSON", "{", "JSON"],
    ["another shape", "[]", "format"],
    ["null", "null", "format"],
    ["another format", JSON.stringify({ ...foundry, _format: "hh4" }), '"hh4"'],
    ["a format that every object has", JSON.stringify({ ...foundry, _format: "constructor" }), '"constructor"'],
    [
      "Foundry's short build-info, without input",
      JSON.stringify({ id: "1", language: "Solidity", source_id_to_path: {} }),
      "input",
    ],
    ["Hardhat's output", JSON.stringify({ _format: "hh3-sol-build-info-output-1", output: {} }), "format"],
    ["another language", toStandard({ language: "Yul" }), "language"],
    ["another compiler", JSON.stringify({ ...foundry, compilerType: "solx" }), "compilerType"],
    ["sources in a list", toStandard({ sources: [] }), "sources"],
    ["settings that are none", toStandard({ settings: null }), "settings"],
    ["no source", toStandard({ sources: {} }), "source"],
  ];
  it.each(shapes)("%s", (_, text, word) => {
    const { code, message } = refusalOf(text);
    expect(code).toBe("BUILD_INFO_INVALID");
    expect(message).toContain(word);
  });

  const sources: [string, string, unknown][] = [
    ["URLs in place of content", "a.sol", { urls: ["ipfs://x"] }],
    ["content that is no text", "a.sol", { content: 7 }],
    ["content that UTF-8 cannot carry", "a.sol", { content: "\ud800" }],
    ["an absolute path", "/home/me/a.sol", { content: "" }],
    ["a path of Windows", "C:/a.sol", { content: "" }],
    ["a path that leads outside", "../a.sol", { content: "" }],
    ["an address", "https://example.org/a.sol", { content: "" }],
    ["a line break, which could forge a line", "a\n.sol", { content: "" }],
    ["a path that UTF-8 cannot carry", "a\ud800.sol", { content: "" }],
    ["a second spelling of a source", "Contracts/vault.sol", { content: "" }],
  ];
  it.each(sources)("a source with %s", (_, path, source) => {
    const text = toStandard({ sources: { ...input.sources, [path]: source } });
    expect(refusalOf(text).problems).toEqual([expect.objectContaining({ code: "BUILD_INFO_INVALID" })]);
  });

  it("two sources that become one below the base path", () => {
    const both = { "/a/contracts/Vault.sol": { content: "1" }, ...input.sources };
    expect(refusalOf(toFoundry({ basePath: "/a", sources: both })).message).toContain("twice");
  });

  it("keys of settings that become one below the base path, all of them with both names", () => {
    const [one, other] = [{ L: `0x${"11".repeat(20)}` }, { L: `0x${"22".repeat(20)}` }];
    const libraries = { "/base/a.sol": one, "a.sol": other, "b.sol": other, "/base/b.sol": one, "/base/c.sol": one };
    const { problems } = refusalOf(toFoundry({ basePath: "/base", settings: { libraries } }));
    const message = (first: string, second: string) => expect.stringContaining(`found "${first}" and "${second}"`);
    const refused = { code: "BUILD_INFO_INVALID", subject: "settings.libraries" };
    expect(problems).toEqual([
      { ...refused, message: message("/base/a.sol", "a.sol") },
      { ...refused, message: message("b.sol", "/base/b.sol") },
    ]);
  });

  it("a source of Hardhat 3 that is neither the project's nor a package's", () => {
    const text = JSON.stringify({ ...foundry, _format: "hh3-sol-build-info-1" });
    expect(refusalOf(text).message).toContain("project/ or npm/");
  });

  const settings: [string, string][] = [
    ["a remapping to an absolute path", '{"remappings":["a/=/home/me/a/"]}'],
    ["a remapping that leads outside", '{"remappings":["a/=../a/"]}'],
    ["a context outside", '{"remappings":["/home/me/:a/=a/"]}'],
    ["a library's file outside", '{"libraries":{"/home/me/a.sol":{"A":"0x00"}}}'],
    ["a key that is every object's", '{"optimizer":{"__proto__":{"runs":1}}}'],
    ["that key at the top", '{"__proto__":{"viaIR":true}}'],
    ["more levels than a reader bears", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
  ];
  it.each(settings)("settings with %s", (_, text) => {
    const whole = `{"language":"Solidity","sources":{"a.sol":{"content":""}},"settings":${text}}`;
    expect(refusalOf(whole).problems).toEqual([expect.objectContaining({ code: "BUILD_INFO_INVALID" })]);
  });

  it.each(["9007199254740992", "9007199254740993", "-9007199254740993", "1e300", "1e400", "0.5"])(
    "the number %s, which JSON readers round, with its place",
    (runs) => {
      const text = `{"language":"Solidity","sources":{"a.sol":{"content":""}},"settings":{"optimizer":[{"runs":${runs}}]}}`;
      const subject = "settings.optimizer.0.runs";
      expect(refusalOf(text).problems).toEqual([
        {
          code: "BUILD_INFO_INVALID",
          message: expect.stringContaining(`${subject}: expected a whole number`),
          subject,
        },
      ]);
    },
  );

  it("names that stand twice in one object, all of them", () => {
    const text =
      '{"language":"Solidity","sources":{"a.sol":{"content":"1"},"\\u0061.sol":{"content":"2"}},' +
      '"settings":{"optimizer":{"runs":1,"runs":2}},"settings":{}}';
    expect(refusalOf(text).problems).toEqual([
      { code: "BUILD_INFO_INVALID", subject: "a.sol", message: expect.stringContaining('"a.sol" twice in "sources"') },
      { code: "BUILD_INFO_INVALID", subject: "runs", message: expect.stringContaining('"runs" twice in "optimizer"') },
      {
        code: "BUILD_INFO_INVALID",
        subject: "settings",
        message: expect.stringContaining('"settings" twice at the top'),
      },
    ]);
  });

  it("a source named __proto__, while other names of every object are names", () => {
    const named = (name: string) =>
      `{"language":"Solidity","sources":{"a.sol":{"content":""},"${name}":{"content":"x"}},"settings":{}}`;
    expect(refusalOf(named("__proto__")).message).toContain("__proto__");
    expect(toBuildDescription(parse(named("constructor")).build)).toContain(`"constructor":"${sha256("x")}"`);
  });

  it("everything at once", () => {
    const text = toStandard({
      sources: { "/a.sol": { content: "" }, "b.sol": { urls: [] }, "c\u0007.sol": { content: "" } },
      settings: { remappings: ["x/=/y/", "z/=../z/"] },
    });
    expect(refusalOf(text, {}).problems.map(({ code }) => code)).toEqual(Array(6).fill("BUILD_INFO_INVALID"));
  });
});
