import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { pruneSubmodules, toGitDirectory } from "../../src/app/git-directories.ts";

const key = { installationId: 1, repositoryId: 7, owner: "acme", repository: "vault" };
const url = "https://github.com/acme/vault";

it("shares nothing between repositories, not even a submodule's objects", () => {
  const [mine, other] = [7, 8].map((repositoryId) => toGitDirectory("data", { key: { ...key, repositoryId }, url }));
  expect(mine?.(url)).toBe(join("data", "git", "7"));
  expect(mine?.("https://github.com/acme/lib")).toBe(mine?.("https://github.com/acme/lib"));
  expect(mine?.("https://github.com/acme/lib")).not.toBe(other?.("https://github.com/acme/lib"));
});

it("keeps the submodules that were fetched last", async () => {
  const directory = mkdtempSync(join(tmpdir(), "countersign-directories-"));
  for (let index = 0; index < 20; index++) {
    mkdirSync(join(directory, "submodules", `${index}`, "partial"), { recursive: true });
    utimesSync(join(directory, "submodules", `${index}`), index, index);
  }
  await pruneSubmodules(directory);
  expect(
    readdirSync(join(directory, "submodules"))
      .map(Number)
      .sort((one, two) => one - two),
  ).toEqual(Array.from({ length: 16 }, (_, index) => index + 4));
  await pruneSubmodules(join(directory, "nowhere"));
  rmSync(directory, { recursive: true });
});
