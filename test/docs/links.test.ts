import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPage, root } from "./pages.ts";

describe("every page", () => {
  const pages = [...globSync("*.md", { cwd: root }), ...globSync("docs/**/*.md", { cwd: root })];

  it.each(pages)("%s names only files that are there", (page) => {
    const text = readPage(page).replace(/```[\s\S]*?```/g, "");
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, to = ""]) => join(dirname(page), to));
    const files = [
      ...text.matchAll(/`((?:src|test|docs|bench|action|contracts\/(?:src|test|script))\/[\w./-]*\w)`/g),
    ].map(([, to = ""]) => to);
    expect([...links, ...files].filter((to) => !existsSync(join(root, to)))).toEqual([]);
  });

  it.each(pages)("%s links to headings that are there", (page) => {
    const links = [...readPage(page).matchAll(/\]\(([\w./-]*)#([^)\s]+)\)/g)].filter(
      ([, to = ""]) => !to.startsWith("http"),
    );
    const missing = links.filter(
      ([, to = "", anchor]) => !anchorsOf(to ? join(dirname(page), to) : page).includes(anchor ?? ""),
    );
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

/** As GitHub makes them from headings. */
function anchorsOf(page: string): string[] {
  return [...readPage(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
