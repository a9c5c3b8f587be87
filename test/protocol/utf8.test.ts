import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toUtf8Text } from "../../src/protocol/utf8.ts";

const wrong = { code: "BUILD_FAILED", subject: "a.sol" } as const;

describe("bytes that are UTF-8", () => {
  it("become the text that has exactly these bytes, a byte order mark too", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(toUtf8Text(encoder.encode(`\ufeff${text}\ufffd`), wrong)).toBe(`\ufeff${text}\ufffd`);
      }),
    );
  });
});

describe("bytes that are not", () => {
  const others: [string, number][] = [
    ["ff", 0],
    ["78ff", 1],
    ["efbfbdff", 3],
    ["78c0af", 1],
    ["78eda080", 1],
    ["78f4908080", 1],
  ];
  it.each(others)("are refused with the place of the first: %s", (hex, offset) => {
    expect(() => toUtf8Text(Buffer.from(hex, "hex"), wrong)).toThrow(
      expect.objectContaining({
        problems: [{ ...wrong, message: `expected UTF-8 in "a.sol", found other bytes from byte ${offset} on` }],
      }),
    );
  });

  it.each(["78e282", "78efbf", "efbf22"])("are refused where a character is cut: %s", (hex) => {
    expect(() => toUtf8Text(Buffer.from(hex, "hex"), wrong)).toThrow(expect.objectContaining({ code: wrong.code }));
  });
});
