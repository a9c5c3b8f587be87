import { describe, expect, it } from "vitest";
import { toCompilerVersion } from "../../src/protocol/compiler-version.ts";

const release = "0.8.37+commit.f401782d";

describe("a version with its commit", () => {
  const platforms = ["", ".Linux.g++", ".Darwin.appleclang", ".Emscripten.clang", ".Windows.msvc"];
  it.each(platforms)("is the same whether %j stands behind it or not", (platform) => {
    expect(toCompilerVersion(release + platform)).toBe(release);
  });

  const previews = ["nightly.2026.1.31", "develop.2026.1.31", "ci.2026.1.31", "pre.1"];
  it.each(previews)("keeps that it is a preview: %s", (preview) => {
    const version = `0.8.37-${preview}+commit.f401782d`;
    expect(toCompilerVersion(`${version}.Linux.g++`)).toBe(version);
  });
});

describe("what names no compiler that others can get", () => {
  const changed = [`${release}.mod`, `${release}.mod.Linux.g++`, "0.8.37-develop.2026.1.31+commit.f401782d.mod"];
  it.each(changed)("is refused, since it was built of changed sources: %s", (text) => {
    expect(() => toCompilerVersion(text)).toThrow(
      expect.objectContaining({ code: "BUILD_FAILED", message: expect.stringContaining("changed sources") }),
    );
  });

  const others = [
    "0.8.37",
    "latest",
    "",
    ...["zzz", " ", "\n", "0", ".", ".Linux", ".Linux.g++ ", ".Linux.g++.mod", ".linux.g++", ".Plan9.clang"].map(
      (end) => release + end,
    ),
    release.slice(0, -1),
    ` ${release}`,
    `v${release}`,
    "0.8.37+commit.F401782D",
    "0.8.37-+commit.f401782d",
    "0.8.37-nightly..1+commit.f401782d",
  ];
  it.each(others)("is refused: %j", (text) => {
    expect(() => toCompilerVersion(text)).toThrow(
      expect.objectContaining({ code: "BUILD_FAILED", message: expect.stringContaining("8 hex digits") }),
    );
  });
});
