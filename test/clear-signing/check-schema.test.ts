import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "countersign-test-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** A schema as the ERC's is: with a version of its own, definitions under names of their own, and formats of chains. */
function toSchema(change: object) {
  const deployment = { properties: { chainId: { format: "eip155" }, address: { format: "eip55" } } };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    version: "2.0.0",
    $parts: { deployments: { type: "array", items: deployment } },
    properties: {
      $schema: { format: "uri-reference" },
      context: { properties: { eip712: { properties: { deployments: { $ref: "#/$parts/deployments" } } } } },
    },
    ...change,
  };
}

async function check(change: object, file?: object) {
  const [schema, checked] = [join(scratch, "schema.json"), join(scratch, "file.json")];
  writeFileSync(schema, JSON.stringify(toSchema(change)));
  if (file) writeFileSync(checked, JSON.stringify(file));
  const words = ["test/clear-signing/check-schema.ts", schema, ...(file ? [checked] : [])];
  return execa(process.execPath, words, { reject: false });
}

describe("the check against the ERC's schema", () => {
  it("passes what is valid", async () => {
    expect(await check({})).toMatchObject({ exitCode: 0, stdout: "valid by ERC-7730 2.0.0" });
  });

  it("fails with the place of what is not", async () => {
    const ran = await check({ required: ["license"] });
    expect(ran).toMatchObject({ exitCode: 1, stderr: ": must have required property 'license'" });
  });

  it.each([
    ["a chain of no number", { chainId: 0, address: `0x${"11".repeat(20)}` }],
    ["an address with a wrong checksum", { chainId: 1, address: "0x5fbDB2315678afecb367f032d93F642f64180aa3" }],
  ])("fails for %s", async (_, deployment) => {
    expect(await check({}, { context: { eip712: { deployments: [deployment] } } })).toMatchObject({ exitCode: 1 });
  });

  it("refuses the schema of another version", async () => {
    const ran = await check({ version: "1.0.0" });
    expect(ran).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("expected the schema of version 2") });
  });
});
