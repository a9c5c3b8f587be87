import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../src/policy.ts";
import { parseRecord } from "../../src/protocol/record.ts";
import { blocksOf, readPage } from "./pages.ts";

const readme = readPage("README.md");
const scripts: Record<string, string> = JSON.parse(readPage("package.json")).scripts;

describe("the README's examples", () => {
  const [record] = blocksOf("README.md", "json");
  const [policy] = blocksOf("README.md", "yaml");

  it("has a record that can be registered", () => {
    expect(parseRecord(JSON.parse(String(record)))).toMatchObject({ minSignatures: 2 });
  });

  it("has a configuration that is obeyed, for the same contract", () => {
    const [contract] = parsePolicy(String(policy)).contracts;
    expect(contract).toMatchObject({ kind: "uups", address: parseRecord(JSON.parse(String(record))).contractAddress });
  });

  it("has the coreutils line of the protocol", () => {
    const line = /find \. -name \.git.*sha256sum$/m.exec(readPage("docs/protocol.md"))?.[0];
    expect(line).toBeDefined();
    expect(readme).toContain(line);
  });

  it.each([...readme.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].map(([, name]) => [name]))(
    "npm run %s exists",
    (name) => {
      expect(Object.keys(scripts)).toContain(name);
    },
  );

  it.each([...readme.matchAll(/npx countersign (.+?)(?: {2,}#.*)?$/gm)].map(([, words = ""]) => [words]))(
    "countersign %s is a command with these options",
    (words) => {
      const manual = readPage("docs/cli.md");
      const command = [...manual.matchAll(/^## (.+)$/gm)]
        .map(([, name = ""]) => name)
        .find((name) => words.startsWith(name));
      expect(command).toBeDefined();
      const page = manual.split(`## ${command}\n`)[1]?.split("\n## ")[0];
      for (const [option] of words.matchAll(/--[a-z-]+/g)) expect(page).toContain(option);
    },
  );
});
