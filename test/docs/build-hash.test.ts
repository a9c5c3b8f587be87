import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
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
