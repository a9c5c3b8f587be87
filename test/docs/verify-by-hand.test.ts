import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPlainDirectory } from "../../src/clients/plain-directory.ts";
import { blocksOf } from "./pages.ts";

describe("docs/guides/verify-by-hand.md", () => {
  const page = "docs/guides/verify-by-hand.md";
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "countersign-docs-"));
    const files = {
      "a/b": "1",
      a0: "2",
      "a-b": "",
      "with space": "3\n",
      ".hidden": "4",
      "ä/z": "5",
      ".git": "left out",
    };
    for (const [file, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      writeFileSync(join(directory, file), content);
    }
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(blocksOf(page, "sh").filter((block) => block.includes("find .")))(
    "prints the tree hash: %s",
    async (line) => {
      const [printed = ""] = execFileSync("bash", ["-c", line.replace("cd DIR", 'cd "$1"'), "bash", directory])
        .toString()
        .split(" ");
      expect(`0x${printed}`).toBe((await hashPlainDirectory(directory)).hash);
    },
  );

  it("prints it from Python in ten lines", async () => {
    const [program = ""] = blocksOf(page, "python");
    expect(program.split("\n").length).toBeLessThanOrEqual(10);
    const printed = execFileSync("python3", ["-c", program, directory]).toString().trim();
    expect(printed).toBe((await hashPlainDirectory(directory)).hash);
  });
});
