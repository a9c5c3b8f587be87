const escapes: Readonly<Record<string, string>> = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/**
 * The paths in an `info/alternates`, byte by byte as git takes them (gitrepository-layout(5)): one a line, comments with `#`.
 * One in quotes is escaped as in C, its bytes in octal, and another may follow after the next byte; one whose quotes do not end
 * is taken as it stands. A NUL ends the file.
 */
export function parseAlternates(file: Buffer): Buffer[] {
  const [text = ""] = file.toString("latin1").split("\0", 1);
  const entry = /"((?:[^"\\]|\\(?:[abfnrtv"\\]|[0-3][0-7]{2}))*)"|[^\n]*/y;
  const paths: string[] = [];
  while (entry.lastIndex < text.length) {
    const [whole = "", quoted] = entry.exec(text) ?? [];
    entry.lastIndex += 1;
    if (!whole.startsWith("#")) paths.push(quoted === undefined ? whole : unquote(quoted));
  }
  return paths.filter((path) => path !== "").map((path) => Buffer.from(path, "latin1"));
}

function unquote(quoted: string): string {
  return quoted.replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (escapes[code] ?? code),
  );
}
