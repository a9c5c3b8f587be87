import MarkdownIt, { type Token } from "markdown-it";

/** GitHub's tables and struck-through text are among its rules. What is nested deeper than 100 is not looked at. */
const markdown = new MarkdownIt({ html: true });

const quotationTag = /<(\/?)blockquote(?=[\s>])/gi;

/**
 * The lines of a comment that its readers see as lines of plain text: not in a code block, a quotation, a heading, a table, a
 * comment or other HTML, and not within anything that goes over several lines of a paragraph.
 */
export function toProse(text: string): string[] {
  const prose: string[] = [];
  let quotations = 0;
  let isParagraph = false;
  for (const token of markdown.parse(text, {})) {
    if (token.type.startsWith("blockquote_")) quotations += token.nesting;
    if (token.type === "html_block") quotations = Math.max(0, quotations + countQuotations(token));
    if (token.type === "inline" && isParagraph && quotations === 0) prose.push(...toLines(token.children ?? []));
    isParagraph = token.type === "paragraph_open";
  }
  return prose;
}

/** Markdown within HTML is read as ever: whether a quotation is open there has to be kept. */
function countQuotations({ content }: Token): number {
  return [...content.matchAll(quotationTag)].reduce((sum, [, slash]) => sum + (slash ? -1 : 1), 0);
}

/** Those that begin with text of the paragraph's own, and go on with whatever they do. */
function toLines(tokens: readonly Token[]): string[] {
  const lines: string[] = [];
  let line: string | undefined = "";
  for (const token of tokens) {
    if (token.type === "softbreak" || token.type === "hardbreak") {
      if (line) lines.push(line);
      line = token.level === 0 ? "" : undefined;
    } else if (token.type === "text" && token.level === 0) line += token.content;
    else line &&= `${line}${toSource(token)}`;
  }
  return line ? [...lines, line] : lines;
}

/** As it was written, but for links and images, which are never part of a command. */
function toSource({ type, markup, content }: Token): string {
  if (type === "code_inline") return `${markup}${content}${markup}`;
  if (type === "link_open" || type === "image") return "[";
  return `${markup}${content}`;
}
