/** A fence opens a code block where it stands at the margin, which is at most three spaces wide (CommonMark 0.31, 4.5). */
const fence = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;

/** What else hides its lines, from where it begins to a line that ends it (CommonMark 0.31, 4.6, kinds 1 and 2). */
const hidden: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<(?:pre|script|style|textarea)(?=[\s>]|$)/i, /<\/(?:pre|script|style|textarea)>/i],
];

/**
 * The lines of a Markdown text that are not inside a fenced code block, a comment or preformatted HTML. What was not closed
 * goes on to the end. A quotation's own blocks begin with its `>`, and so are never taken for these.
 */
export function toProse(text: string): string[] {
  const prose: string[] = [];
  let end: RegExp | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (end) {
      if (end.test(line)) end = undefined;
      continue;
    }
    const begun = findEnd(line);
    if (!begun) prose.push(line);
    else if (!begun.isClosed) end = begun.end;
  }
  return prose;
}

function findEnd(line: string): { readonly end: RegExp; readonly isClosed: boolean } | undefined {
  const [, ticks, tildes] = fence.exec(line) ?? [];
  const mark = ticks ?? tildes;
  if (mark) return { end: new RegExp(`^ {0,3}${mark.slice(0, 1)}{${mark.length},}[ \\t]*$`), isClosed: false };
  const [, end] = hidden.find(([begin]) => begin.test(line)) ?? [];
  return end && { end, isClosed: end.test(line) };
}
