/**
 * The text of a `.env` file with these settings in it: a line that sets one already is replaced, the others follow at the
 * end. Everything else stays as it is, comments too. Values are written bare, so that Node, Docker and systemd read the
 * same: none may need quotes.
 */
export function withSettings(text: string, settings: Readonly<Record<string, string>>): string {
  const names = new Set(Object.keys(settings));
  const kept = text.split(/\r?\n/).map((line) => {
    const [, name = ""] = /^\s*(?:export\s+)?(\w+)\s*=/.exec(line) ?? [];
    return names.delete(name) ? toLine(name, settings) : line;
  });
  while (kept.at(-1) === "") kept.pop();
  return `${[...kept, ...[...names].map((name) => toLine(name, settings))].join("\n")}\n`;
}

function toLine(name: string, settings: Readonly<Record<string, string>>): string {
  return `${name}=${settings[name]}`;
}
