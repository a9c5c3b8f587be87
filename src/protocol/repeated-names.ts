/** A name that stands again in one object; `parent` is the name of what holds the object, undefined at the top. */
export interface RepeatedName {
  readonly name: string;
  readonly parent: string | undefined;
}

interface Level {
  readonly names: Set<string>;
  readonly parent: string | undefined;
  /** The last that was read. */
  name?: string;
}

/**
 * Every name that stands again in its object, which RFC 8785 excludes (I-JSON, RFC 7493): `JSON.parse` keeps the last and
 * tells nothing, another reader may keep the first. The text has to be one that `JSON.parse` takes. Of any depth, without
 * recursion.
 */
export function* findRepeatedNames(text: string): Generator<RepeatedName> {
  const levels: Level[] = [];
  for (const token of readTokens(text)) {
    const level = levels.at(-1);
    if (token === "{") levels.push({ names: new Set(), parent: level?.name });
    else if (token === "}") levels.pop();
    else if (level) {
      const name: string = JSON.parse(token);
      if (level.names.has(name)) yield { name, parent: level.parent };
      level.names.add(name);
      level.name = name;
    }
  }
}

/** Braces, and names in their quotes. Only tokens of fixed length are matched: a long string would exhaust a pattern. */
function* readTokens(text: string): Generator<string> {
  let start: number | undefined;
  let string = "";
  for (const { 0: token, index } of text.matchAll(/\\.|["{}:]/g)) {
    if (token === '"') {
      if (start !== undefined) string = text.slice(start, index + 1);
      start = start === undefined ? index : undefined;
    } else if (start === undefined) yield token === ":" ? string : token;
  }
}
