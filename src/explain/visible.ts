/** Control, format (bidi, zero width), surrogate, private characters as \u{…}: nobody's words can move a cursor or a line. */
export function toVisible(text: string): string {
  return text.replace(/[\p{C}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
