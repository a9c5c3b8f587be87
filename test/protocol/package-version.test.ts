import { describe, expect, it } from "vitest";
import { findPackageVersion, type LockedPackage, lockfiles } from "../../src/protocol/package-version.ts";

const parts: LockedPackage = { name: "@acme/parts", place: "node_modules/@acme/parts", project: "" };
const maths: LockedPackage = { name: "maths", place: "lib/maths", project: "" };
const npm = JSON.stringify({
  packages: {
    "": { name: "vault", version: "9.9.9" },
    "node_modules/@acme/parts": { version: "2.1.0" },
    "packages/vault/node_modules/@acme/parts": { version: "2.0.0" },
    "packages/vault": { link: true },
  },
});
const pnpm = `lockfileVersion: '9.0'
importers:
  .:
    devDependencies:
      '@acme/parts':
        specifier: ^2.0.0
        version: 2.1.0(typescript@7.0.2)
  packages/vault:
    dependencies:
      '@acme/parts': { specifier: ^2.0.0, version: 2.0.0 }
`;
const yarn = `# yarn lockfile v1


"@acme/parts-more@^1.0.0":
  version "1.0.0"

"@acme/parts@^2.0.0", "@acme/parts@^2.1.0":
  version "2.1.0"
  resolved "x"
`;
const berry = `__metadata:
  version: 8

"@acme/parts@npm:^2.0.0":
  version: 2.1.0
`;
const foundry = JSON.stringify({
  "lib/maths": { tag: { name: "v1.0.0", rev: "a".repeat(40) } },
  "lib/branch": { branch: { name: "main", rev: "b".repeat(40) } },
  "lib/rev": { rev: "c".repeat(40) },
  "lib/odd": 7,
});

describe("the version that a lockfile says", () => {
  const said: [string, string, LockedPackage, string][] = [
    ["package-lock.json", npm, parts, "2.1.0"],
    ["package-lock.json", npm, { ...parts, project: "packages/vault" }, "2.0.0"],
    ["package-lock.json", npm, { ...parts, project: "packages/other" }, "2.1.0"],
    ["pnpm-lock.yaml", pnpm, parts, "2.1.0"],
    ["pnpm-lock.yaml", pnpm, { ...parts, project: "packages/vault" }, "2.0.0"],
    ["yarn.lock", yarn, parts, "2.1.0"],
    ["yarn.lock", berry, parts, "2.1.0"],
    ["foundry.lock", foundry, maths, "a".repeat(40)],
    ["foundry.lock", foundry, { ...maths, place: "lib/branch" }, "b".repeat(40)],
    ["foundry.lock", foundry, { ...maths, place: "maths", project: "lib" }, "a".repeat(40)],
    ["foundry.lock", foundry, { ...maths, place: "lib/rev" }, "c".repeat(40)],
  ];
  it.each(said)("%s", (name, text, locked, version) => expect(lockfiles[name]?.(text, locked)).toBe(version));
});

describe("a version that nobody says", () => {
  const two = `${yarn}\n"@acme/parts@^3.0.0":\n  version "3.0.0"\n`;
  const long = JSON.stringify({ packages: { "node_modules/@acme/parts": { version: "1".repeat(101) } } });
  const silent: [string, string][] = [
    ["package-lock.json", long],
    ["package-lock.json", "{"],
    ["package-lock.json", "null"],
    ["pnpm-lock.yaml", "a: *b"],
    ["pnpm-lock.yaml", "importers: 7"],
    ["yarn.lock", two],
    ["foundry.lock", foundry],
  ];
  it.each(silent)("stays unknown: %s", (name, text) => expect(lockfiles[name]?.(text, parts)).toBeUndefined());
  it.each(["", "[]", "{}", '{"version":7}'])("stays unknown: package.json %j", (text) => {
    expect(findPackageVersion(text)).toBeUndefined();
  });

  it.each(["__proto__", "constructor", "toString"])("stays unknown for the name %s", (name) => {
    for (const [file, find] of Object.entries(lockfiles))
      expect([file, find("{}", { name, place: name, project: "" })]).toEqual([file, undefined]);
    expect(lockfiles["package-lock.json"]?.(npm, { name, place: name, project: "" })).toBeUndefined();
    expect(lockfiles["pnpm-lock.yaml"]?.(pnpm, { name, place: name, project: "" })).toBeUndefined();
  });
});

it("is read from a package's own package.json", () => {
  expect(findPackageVersion('{"name":"x","version":"2.1.0"}')).toBe("2.1.0");
});
