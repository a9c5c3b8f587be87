import { describe, expect, it } from "vitest";
import { explainFiles, listFiles, summarizeFiles } from "../../src/explain/file-changes.ts";
import { countChanges, diffFiles, type FileChanges } from "../../src/protocol/file-changes.ts";

const [one, two] = ["1".repeat(64), "2".repeat(64)];
const file = (path: string, sha256: string) => ({ path, sha256 });
const nothing: FileChanges = { added: [], removed: [], changed: [] };

describe("what changed between two directories", () => {
  const cases: [string, ReturnType<typeof file>[], ReturnType<typeof file>[], FileChanges][] = [
    ["nothing", [file("a", one)], [file("a", one)], nothing],
    ["two empty ones", [], [], nothing],
    ["a new file", [], [file("a", one)], { ...nothing, added: ["a"] }],
    ["a file that is gone", [file("a", one)], [], { ...nothing, removed: ["a"] }],
    ["other bytes", [file("a", one)], [file("a", two)], { ...nothing, changed: ["a"] }],
    ["a new name", [file("a", one)], [file("b", one)], { ...nothing, added: ["b"], removed: ["a"] }],
    [
      "two that changed places",
      [file("a", one), file("b", two)],
      [file("a", two), file("b", one)],
      { ...nothing, changed: ["a", "b"] },
    ],
    ["another case", [file("a", one)], [file("A", one)], { ...nothing, added: ["A"], removed: ["a"] }],
    [
      "a folder in a file's place",
      [file("a", one)],
      [file("a/b", one)],
      { ...nothing, added: ["a/b"], removed: ["a"] },
    ],
    [
      "names that objects have",
      [file("__proto__", one)],
      [file("constructor", one)],
      { ...nothing, added: ["constructor"], removed: ["__proto__"] },
    ],
  ];
  it.each(cases)("is %s", (_, before, after, expected) => {
    expect(diffFiles(before, after)).toEqual(expected);
    const { added, removed, changed } = expected;
    expect(diffFiles(after, before)).toEqual({ added: removed, removed: added, changed });
    expect(countChanges(expected)).toBe(added.length + removed.length + changed.length);
  });

  it("is in the order of the paths, whatever order it is found in", () => {
    const names = ["c", "a/b", "a", "b", "a-b"];
    const { added } = diffFiles(
      [],
      names.map((name) => file(name, one)),
    );
    expect(added).toEqual(["a", "a-b", "a/b", "b", "c"]);
  });
});

describe("in words", () => {
  const changes: FileChanges = { added: ["b", "d`|\u202e"], removed: ["c"], changed: ["a\u001b[31m"] };

  it.each([
    [nothing, "No file changed"],
    [{ ...nothing, added: ["a"] }, "1 file: 1 added"],
    [changes, "4 files: 2 added, 1 removed, 1 changed"],
    [{ ...changes, isCut: true }, "More than 4 files: 2 added, 1 removed, 1 changed"],
    [{ ...nothing, added: ["a"], isCut: true }, "More than 1 files: 1 added"],
    [{ ...nothing, isCut: true }, "Too many folders to compare"],
  ] as const)("%# is counted", (files, expected) => {
    expect(summarizeFiles(files)).toBe(expected);
  });

  it("stands in one order, so that what was moved stands near, and shows what cannot be seen", () => {
    expect(listFiles(changes)).toBe("~ a\\u{1b}[31m\n+ b\n- c\n+ d`|\\u{202e}");
    expect(listFiles(nothing)).toBe("");
  });

  it("is folded in a comment, where no name can do anything", () => {
    const text = explainFiles(changes);
    expect(text).toContain("<summary>4 files: 2 added, 1 removed, 1 changed</summary>");
    expect(text).toContain("\n- `~` `a\\u{1b}[31m`\n- `+` `b`\n- `-` `c`\n- `+` `d\\u{60}\\u{7c}\\u{202e}`\n");
    expect(explainFiles(nothing)).toBe("No file changed");
  });

  it("is cut in a comment, and says where the rest is", () => {
    const added = Array.from({ length: 201 }, (_, index) => `file-${String(index).padStart(3, "0")}`);
    const text = explainFiles({ ...nothing, added });
    expect(text).toContain("201 files: 201 added");
    expect(text.match(/^- `\+`/gm)).toHaveLength(200);
    expect(text).toContain("- … `countersign hash --diff` lists them all");
    expect(explainFiles({ ...nothing, added: added.slice(1) })).not.toContain("…");
    expect(explainFiles({ ...nothing, added: ["a"], isCut: true })).toContain("…");
    const long = explainFiles({ ...nothing, added: added.map((name) => name + "x".repeat(1000)) });
    expect(long.length).toBeLessThan(16_000);
    expect(long).toContain("- … `countersign");
  });
});
