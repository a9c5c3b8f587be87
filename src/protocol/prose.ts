/** A fence opens a code block where it stands at the margin, which is at most three spaces wide (CommonMark 0.31, 4.5). */
const fence = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;

/** What else hides its lines, or quotes them, from where it begins to a line that ends it (CommonMark 0.31, 4.6). */
const hidden: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<![a-z]/i, />/],
  [/^ {0,3}<(?:pre|script|style|textarea|blockquote)(?=[\s>]|$)/i, /<\/(?:pre|script|style|textarea|blockquote)>/i],
];

/** The marks of a quotation, also of one in a list. */
const quotation = /^(?:(?: {0,3}(?:[-+*]|\d{1,9}[.)])(?= ))* {0,3}>)+ ?/;
const item = /^ {0,3}(?:[-+*]|1[.)])[ \t]+\S/;
/** Headings and rules: a line that no other goes on with. */
const single = /^ {0,3}(?:#{1,6}(?:[ \t]|$)|(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$)/;
const indented = /^(?: {4}| {0,3}\t)/;

/**
 * What can go over line ends inside a paragraph, and would show them as no line of text or not at all (CommonMark 0.31, 6):
 * code, comments and tags of HTML, the title of a link. An escaped character begins none; a comment that is not closed hides
 * the rest.
 */
const span = new RegExp(
  [
    /\\./,
    /(`+)(?:[\s\S]*?[^`]\1(?!`))?/,
    /<!-->|<!--[\s\S]*?(?:-->|$)|<\?[\s\S]*?(?:\?>|$)|<![a-z][^>]*>?/,
    /<[a-z][a-z\d-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|"[^"]*"|'[^']*'))?)*\s*\/?>/,
    /\](?:\(|:)\s*[^\s\]]+\s+(?:"[^"]*"|'[^']*'|\([^()]*\))/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gi",
);

/** Where a text stands after a line: in a block that goes on to a line that ends it, or in a paragraph. */
interface Place {
  readonly end?: RegExp;
  readonly isText: boolean;
}

const nowhere: Place = { isText: false };

/**
 * The lines of a Markdown text that its readers see as lines of plain text: not inside a code block, a comment, preformatted
 * HTML, a quotation, or anything of the kind inside a paragraph. What was not closed goes on to the end.
 */
export function toProse(text: string): string[] {
  const prose: string[] = [];
  let [place, quoted] = [nowhere, nowhere];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [marks] = (place.end ? undefined : quotation.exec(line)) ?? [];
    const next = marks === undefined ? follow(place, line) : nowhere;
    // A paragraph of a quotation goes on without its marks (CommonMark 0.31, 5.1), and is shown as quoted.
    const isLazy = quoted.isText && next.isText && !item.test(line);
    if (marks !== undefined) quoted = follow(quoted, line.slice(marks.length));
    else if (!isLazy) quoted = nowhere;
    place = isLazy ? nowhere : next;
    if (item.test(line)) prose.push("");
    prose.push(place.isText ? line : "");
  }
  return prose
    .join("\n")
    .split(/\n{2,}/)
    .flatMap(toLines);
}

function follow({ end, isText }: Place, line: string): Place {
  if (end) return end.test(line) ? nowhere : { end, isText: false };
  const begun = findEnd(line);
  if (begun) return begun.isClosed ? nowhere : { end: begun.end, isText: false };
  const isCode = !isText && indented.test(line);
  return { isText: line.trim() !== "" && !isCode && !single.test(line) };
}

function findEnd(line: string): { readonly end: RegExp; readonly isClosed: boolean } | undefined {
  const [, ticks, tildes] = fence.exec(line) ?? [];
  const mark = ticks ?? tildes;
  if (mark) return { end: new RegExp(`^ {0,3}${mark.slice(0, 1)}{${mark.length},}[ \\t]*$`), isClosed: false };
  const [, end] = hidden.find(([begin]) => begin.test(line)) ?? [];
  return end && { end, isClosed: end.test(line) };
}

/** The lines of a paragraph as they are shown: what goes over line ends is one. */
function toLines(paragraph: string): string[] {
  return paragraph.replace(span, (found) => found.replaceAll("\n", " ")).split("\n");
}
