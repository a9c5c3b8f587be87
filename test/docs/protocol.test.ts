import { describe, expect, it } from "vitest";
import { approvalTypes, rejectionTypes } from "../../src/protocol/approval.ts";
import { parseCommands } from "../../src/protocol/command.ts";
import { parseRecord } from "../../src/protocol/record.ts";
import { blocksOf, readPage } from "./pages.ts";
import { reasons } from "./reasons.ts";

describe("docs/protocol.md", () => {
  const page = readPage("docs/protocol.md");

  it("has the sections that code cites", () => {
    const sections = [...page.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number));
    expect(sections).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each(Object.entries({ ...approvalTypes, ...rejectionTypes }))("has the typed message %s", (name, fields) => {
    expect(page).toContain(`    ${name}(${fields.map((field) => `${field.type} ${field.name}`).join(",")})\n`);
  });

  it("names the commands that there are", () => {
    const [, block = ""] = /((?: {4}\/countersign .*\n)+)/.exec(page) ?? [];
    const lines = block
      .replaceAll("0xSIGNATURE", `0x${"11".repeat(65)}`)
      .replaceAll("0xACCOUNT", `0x${"22".repeat(20)}`);
    const commands = parseCommands(lines.replace(/^ {4}/gm, "").replace(/ {2,}.*$/gm, ""));
    expect(commands.map(({ kind }) => kind)).toEqual([
      "sign",
      "sign",
      "reject",
      "reject",
      "status",
      "propose",
      "withdraw",
      "finalize",
      "schedule",
      "execute",
      "cancel",
      "help",
    ]);
  });

  it("has every reason in the table of states", () => {
    expect(Object.keys(reasons).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  it("shows a record that can be read", () => {
    const [json = ""] = blocksOf("docs/protocol.md", "json");
    expect(parseRecord(JSON.parse(json)).minSignatures).toBe(2);
  });
});
