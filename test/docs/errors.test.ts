import { describe, expect, it } from "vitest";
import { catalogue, type ErrorCode } from "../../src/errors.ts";
import { explainGroupReason } from "../../src/explain/group.ts";
import { explainReason, explainRefusal } from "../../src/explain/reasons.ts";
import { readPage } from "./pages.ts";
import { groupReasons, reasons, refusals } from "./reasons.ts";

function toWords<T>(samples: Readonly<Record<string, T>>, explain: (sample: T) => string): string {
  const rows = Object.entries(samples).map(([code, sample]) => `| \`${code}\` | ${explain(sample)} |`);
  return ["| code | words |", "| --- | --- |", ...rows].join("\n");
}

const exits = { refusal: 1, usage: 2, fault: 3 };

/** What a code means is written by hand, and kept. */
function toCodes(page: string): string {
  const meanings = new Map(
    [...page.matchAll(/^\| `([A-Z0-9_]+)` \| \w+ \| \d \| (.*?) \| /gm)].map(([, code, text]) => [code, text]),
  );
  const rows = (Object.keys(catalogue) as ErrorCode[]).map((code) => {
    const [kind, hint] = catalogue[code];
    return `| \`${code}\` | ${kind} | ${exits[kind]} | ${meanings.get(code) ?? ""} | ${hint} |`;
  });
  return ["| code | kind | exit | meaning | hint |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

describe("docs/errors.md", () => {
  it("has every code, reason and refusal in the words of the code", async () => {
    const page = readPage("docs/errors.md");
    const tables = {
      codes: toCodes(page),
      reasons: toWords(reasons, explainReason),
      groups: toWords(groupReasons, explainGroupReason),
      refusals: toWords(refusals, explainRefusal),
    };
    const expected = Object.entries(tables).reduce(
      (text, [name, table]) =>
        text.replace(
          new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*(<!-- /${name} -->)`),
          (_, start, end) => `${start}${table}\n${end}`,
        ),
      page,
    );
    await expect(expected).toMatchFileSnapshot("../../docs/errors.md");
  });

  it("says what each code means", () => {
    const [, codes = ""] = /<!-- codes -->\n([\s\S]*)<!-- \/codes -->/.exec(readPage("docs/errors.md")) ?? [];
    expect(codes.split("\n").filter((row) => / \| {2}\| /.test(row))).toEqual([]);
    expect(codes.split("\n").length).toBeGreaterThan(50);
  });
});
