import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hashPlainDirectory } from "../../src/clients/plain-directory.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "countersign-plain-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(path: string | Buffer, content: string | Buffer = "x"): void {
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path)]), content);
}

it("leaves out what is named .git at any level, as the coreutils line does", async () => {
  write("a");
  const { hash } = await hashPlainDirectory(directory);
  mkdirSync(join(directory, ".git"));
  write(".git/config");
  mkdirSync(join(directory, "empty/below"), { recursive: true });
  mkdirSync(join(directory, "lib"));
  write("lib/.git", "gitdir: elsewhere");
  expect((await hashPlainDirectory(directory)).hash).toBe(hash);
});

it("refuses links, pipes, bad names and LFS pointers, all at once", async () => {
  write("-");
  write("big.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  write("git~1");
  write(Buffer.from([0xff]));
  symlinkSync("-", join(directory, "link"));
  execFileSync("mkfifo", [join(directory, "pipe")]);
  const error = await hashPlainDirectory(directory).catch((thrown) => thrown);
  expect(error.problems.map((problem: { code: string }) => problem.code).sort()).toEqual([
    "TREE_LFS_POINTER",
    "TREE_NAME_DASH",
    "TREE_NAME_GIT",
    "TREE_NAME_NOT_UTF8",
    "TREE_SPECIAL_FILE",
    "TREE_SYMLINK",
  ]);
});

it("hashes a file that takes many reads", async () => {
  const content = Buffer.alloc(3_000_001, "countersign");
  write("large", content);
  const printed = execFileSync("sha256sum", [join(directory, "large")])
    .toString()
    .slice(0, 64);
  const oid = execFileSync("git", ["hash-object", "--no-filters", join(directory, "large")])
    .toString()
    .trim();
  expect((await hashPlainDirectory(directory)).files).toEqual([
    { path: "large", sha256: printed, size: content.length, oid },
  ]);
});

it("refuses what is no directory, and what passes a limit", async () => {
  write("a", "12345");
  symlinkSync(".", join(directory, "link"));
  for (const [path, code] of [
    ["absent", "TREE_ABSENT"],
    ["a", "TREE_NOT_A_DIRECTORY"],
    ["link", "TREE_NOT_A_DIRECTORY"],
    ["link/", "TREE_NOT_A_DIRECTORY"],
    ["link//", "TREE_NOT_A_DIRECTORY"],
    ["link/.", "TREE_NOT_A_DIRECTORY"],
    ["link/.//./", "TREE_NOT_A_DIRECTORY"],
  ] as const)
    await expect(hashPlainDirectory(`${directory}/${path}`)).rejects.toMatchObject({ code });
  rmSync(join(directory, "link"));
  const { hash } = await hashPlainDirectory(directory);
  for (const end of ["/", "/.", `/../${basename(directory)}`, "/x/.."]) {
    mkdirSync(join(directory, "x"), { recursive: true });
    expect((await hashPlainDirectory(directory + end)).hash).toBe(hash);
  }
  rmSync(join(directory, "x"), { recursive: true });
  await expect(hashPlainDirectory("")).rejects.toMatchObject({ code: "TREE_ABSENT" });
  await expect(hashPlainDirectory(directory, { limits: { bytes: 4 } })).rejects.toMatchObject({
    problems: [{ code: "TREE_TOO_MANY_BYTES", subject: expect.stringMatching(/./) }],
  });
  rmSync(join(directory, "a"));
  await expect(hashPlainDirectory(directory)).rejects.toMatchObject({ code: "TREE_EMPTY" });
});
