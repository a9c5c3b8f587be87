import { toVisible } from "./visible.ts";

/**
 * Somebody's words (a path, a login, a compiler's message, an RPC error) as text that can do nothing in a comment: no
 * markup, no HTML, no mention, no reference, no closing keyword (threats G, P). Code spans are inert on GitHub; what
 * could end one, or cannot be seen, is shown as \u{…}.
 */
export function toCode(text: string, limit = 300): string {
  const shown = toVisible(text).replaceAll("`", "\\u{60}").replaceAll("|", "\\u{7c}");
  const cut = shown.length > limit ? `${shown.slice(0, limit)}…` : shown;
  return cut === "" ? "(empty)" : `\`${cut}\``;
}

export function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

export function toDetails(summary: string, content: string): string {
  return `<details>\n<summary>${summary}</summary>\n\n${content}\n\n</details>`;
}

/** Unix seconds as people read them everywhere alike. */
export function toTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** Seconds in words, rounded up to what people count in: `12 days`, `30 hours`, `5 minutes`. */
export function toSpan(seconds: number): string {
  const [size, name] = units.find(([unit]) => seconds > 2 * unit) ?? [1, "second"];
  const count = Math.ceil(seconds / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

const units = [
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
] as const;
