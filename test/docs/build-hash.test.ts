import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashBuild } from "../../src/protocol/build-hash.ts";
import { parseBuildInfo } from "../../src/protocol/build-info.ts";
import { placeSources } from "../../src/protocol/build-sources.ts";
import { blocksOf, readPage, root } from "./pages.ts";

const page = "docs/guides/build-hash.md";
const vectors = join(root, "test/vectors/build-hash/tools");
const expected = JSON.parse(readFileSync(join(vectors, "expected.json"), "utf8"));
const [packageLine = "", descriptionLine = ""] = blocksOf(page, "sh");

it("prints the build hash from the description", () => {
  const command = `"${process.execPath}" src/cli/main.ts`;
  const line = descriptionLine.replace("countersign", command).replace("BUILD_INFO", join(vectors, "foundry-one.json"));
  const printed = execFileSync("sh", ["-c", line], { cwd: root, stdio: ["ignore", "pipe", "ignore"] }).toString();
  expect(`0x${printed.slice(0, 64)}`).toBe(expected.foundry.hash);
});

it.each(["foundry", "hardhat-2", "hardhat-3"])("prints it from Python: %s", (tool) => {
  const [program = ""] = blocksOf(page, "python");
  const args = ["-c", program, join(vectors, `${tool}-two.json`), "0.8.37+commit.f401782d"];
  expect(execFileSync("python3", args).toString().trim()).toBe(expected[tool].hash);
});

describe("Python, where a text is unusual", () => {
  const [program = ""] = blocksOf(page, "python");
  const compiler = "0.8.37+commit.f401782d";
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "countersign-docs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(text: string | Uint8Array): string {
    const file = join(folder, "input.json");
    writeFileSync(file, text);
    return execFileSync("python3", ["-c", program, file, compiler], { stdio: "pipe" }).toString().trim();
  }
  const toText = (settings: string, sources = '{"a.sol":{"content":""}}') =>
    `{"_format":"hh-sol-build-info-1","input":{"language":"Solidity","sources":${sources},"settings":${settings}}}`;

  it.each([
    ["names beyond U+FFFF, in sources and settings", { "\ufb01": 1, "\u{1f600}": [{ "\uffff": 2, "\u{10000}": 3 }] }],
    ["every character that JSON escapes", { '\u0000\u0008\t\n\u000b\f\r\u001f"\\/\u007f\u2028': "\u0001\u007f\u2029" }],
    ["the largest number", { optimizer: { runs: Number.MAX_SAFE_INTEGER } }],
  ])("prints the hash of this version: %s", (_, settings) => {
    const sources = { "\ufb01.sol": { content: "\u{1f600}\r\n" }, "\u{1f600}.sol": { content: "" } };
    const text = toText(JSON.stringify(settings), JSON.stringify(sources));
    expect(run(text)).toBe(hashBuild(parseBuildInfo(text, { compiler }).build));
  });

  it.each([
    ["a name that stands twice", toText('{"viaIR":true,"viaIR":false}')],
    ["a number that is not whole", toText('{"optimizer":{"runs":200.0}}')],
    ["bytes that are no UTF-8", Buffer.from(toText('{"a":"\u00ff"}'), "latin1")],
    ["a lone surrogate", toText("{}", '{"a.sol":{"content":"\\ud800"}}')],
  ])("refuses %s", (_, text) => expect(() => run(text)).toThrow("Error"));
});

it("prints the hash of a package", () => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-docs-"));
  const paths = ["node_modules/@acme/parts/fees/Fees.sol", "node_modules/@acme/parts/access/Owned.sol"];
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path);
  }
  const printed = execFileSync("sh", ["-c", packageLine], { cwd: folder }).toString();
  rmSync(folder, { recursive: true });
  const sources = new Map(paths.map((path) => [path, path]));
  const build = { compiler: "solc", version: "0.8.37+commit.f401782d", settings: {}, sources };
  const place = { directory: "contracts", project: "", files: new Map(), names: new Set<string>() };
  const { dependencies } = placeSources({ kind: "foundry", build }, place);
  expect(dependencies.map(({ hash }) => hash)).toEqual([`0x${printed.slice(0, 64)}`]);
});

it("names options that are there", () => {
  const help = readFileSync(join(root, "docs/cli.md"), "utf8");
  const [, options = ""] = /## build-hash\n([\s\S]*?)\n## /.exec(help) ?? [];
  const named = [...readPage(page).matchAll(/(?<=countersign build-hash[^\n]*|`)(--[a-z]+)/g)].map(
    ([, name = ""]) => name,
  );
  expect(named.filter((name) => !options.includes(name))).toEqual([]);
  expect(named).toContain("--project");
});
