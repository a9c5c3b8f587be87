import { readFileSync } from "node:fs";
import { join } from "node:path";

export const root = new URL("../../", import.meta.url).pathname;

export function readPage(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** The fenced blocks of a page in one language. */
export function blocksOf(page: string, language: string): string[] {
  const fence = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\n\`\`\``, "g");
  return [...readPage(page).matchAll(fence)].map(([, text = ""]) => text);
}

/** The first cells of a page's tables that hold nothing but a name in code. */
export function namesIn(page: string): string[] {
  return [...readPage(page).matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = ""]) => name);
}
