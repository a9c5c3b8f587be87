import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findRepeatedNames } from "../../src/protocol/repeated-names.ts";

function find(text: string) {
  JSON.parse(text);
  return [...findRepeatedNames(text)];
}

describe("a name that stands twice in one object", () => {
  const repeated: [string, object[]][] = [
    ['{"a":1,"a":1}', [{ name: "a", parent: undefined }]],
    ['{"a" : {"x":{}} ,\n"a"\t:[]}', [{ name: "a", parent: undefined }]],
    ['{"a":1,"\\u0061":2}', [{ name: "a", parent: undefined }]],
    ['[{"b":0},{"o":[1,{"b":1,"c":{"b":1},"b":2,"b":3}]}]', Array(2).fill({ name: "b", parent: "o" })],
    ['{"o":{"p":{}},"q":{"a":"","a":""}}', [{ name: "a", parent: "q" }]],
    ['{"\\"":":{","\\"":"}"}', [{ name: '"', parent: undefined }]],
    ['{"\\\\":1,"\\\\":2}', [{ name: "\\", parent: undefined }]],
    ['{"":0,"":0,"__proto__":0,"__proto__":0}', ["", "__proto__"].map((name) => ({ name, parent: undefined }))],
  ];
  it.each(repeated)("is found in %s", (text, expected) => expect(find(text)).toEqual(expected));
});

describe("names that stand once", () => {
  it.each([
    '"a"',
    "[]",
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"\\"a\\":1,{","b":"\\\\"}',
    '{"a":"}","b":1}',
  ])("are none in %s", (text) => expect(find(text)).toEqual([]));

  it("are none in whatever a program writes, until it is written twice", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (object) => {
        const text = JSON.stringify(object, null, 1);
        expect(find(text)).toEqual([]);
        const twice = `${text.slice(0, -1)},${text.slice(1)}`;
        expect(find(twice)).toEqual(Object.keys(object).map((name) => ({ name, parent: undefined })));
      }),
    );
  });

  it("are read in a text of any depth and length", () => {
    const deep = `${'{"a":'.repeat(200_000)}"${'\\"'.repeat(2_000_000)}"${"}".repeat(200_000)}`;
    expect([...findRepeatedNames(deep)]).toEqual([]);
  });
});
