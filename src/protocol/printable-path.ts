const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ascii = /^[\x20-\x7e]*$/;

/** The text of a path, or undefined where its bytes are not UTF-8. A byte order mark stays part of the name. */
export function parsePath(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * A path as it can be shown: control, format, private and unassigned characters (bidi marks among them) as `\u{…}`,
 * bytes that are not UTF-8 as `\x…`, so that no name can break a line or show as another.
 */
export function toPrintablePath(path: Uint8Array | string): string {
  const text = typeof path === "string" ? path : parsePath(path);
  if (text === undefined) return Array.from(path as Uint8Array, toPrintableByte).join("");
  if (ascii.test(text)) return text;
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

function toPrintableByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}
