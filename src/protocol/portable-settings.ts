import { CountersignError, type Problem } from "../errors.ts";

type Json = Readonly<Record<string, unknown>>;

/** solc's settings are four levels deep; deeper ones are made to exhaust a reader. */
const maxDepth = 16;

/**
 * The text with every path in it that begins with the base path made relative to it. Paths stand alone (a source, a
 * library's file) or behind a `:` or `=` (a remapping).
 */
export function toPortable(text: string, basePath: string): string {
  const base = basePath.replace(/\/+$/, "");
  if (!/^(?:\/|[A-Za-z]:)/.test(base)) return text;
  const escaped = base.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(^|[:=])${escaped}/`, "g"), "$1");
}

/**
 * solc's settings with every path relative to the base path, keys too, so that builds of two folders agree. Without
 * `outputSelection`, which changes what is printed and not what is built, and which is not read at all.
 *
 * @throws BUILD_INFO_INVALID where keys become one: the hash would be that of either build
 */
export function toPortableSettings({ outputSelection, ...settings }: Json, basePath: string): Json {
  const [first, ...rest] = findCollapsedKeys(settings, "settings", { basePath, depth: 0 });
  if (first !== undefined) throw new CountersignError([first, ...rest]);
  return relativize(settings, { basePath, depth: 0 }) as Json;
}

/** Every path in the settings that leads outside the project, and what could not be hashed alike by everyone. */
export function findSettingProblems(settings: Json): Problem[] {
  return findProblems(settings, "settings", 0);
}

interface Level {
  readonly basePath: string;
  readonly depth: number;
}

function findCollapsedKeys(value: unknown, place: string, { basePath, depth }: Level): Problem[] {
  if (typeof value !== "object" || value === null || depth > maxDepth) return [];
  const groups = Map.groupBy(Object.keys(value), (key) => toPortable(key, basePath));
  const collapsed = [...groups].filter(([, keys]) => keys.length > 1);
  return [
    ...collapsed.map(([portable, keys]) => {
      const found = keys.map((key) => `"${key}"`).join(" and ");
      return toProblem(`${place}: expected one key for "${portable}" below the base path, found ${found}`, place);
    }),
    ...Object.entries(value).flatMap(([key, one]) =>
      findCollapsedKeys(one, `${place}.${key}`, { basePath, depth: depth + 1 }),
    ),
  ];
}

function relativize(value: unknown, { basePath, depth }: Level): unknown {
  if (typeof value === "string") return toPortable(value, basePath);
  // What lies deeper is refused afterwards, as it is.
  if (typeof value !== "object" || value === null || depth > maxDepth) return value;
  const below = { basePath, depth: depth + 1 };
  if (Array.isArray(value)) return value.map((one) => relativize(one, below));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [toPortable(key, basePath), relativize(one, below)]),
  );
}

function findProblems(value: unknown, place: string, depth: number): Problem[] {
  if (depth > maxDepth) return [toProblem(`expected settings of at most ${maxDepth} levels, found more`, place)];
  if (typeof value === "string") return findTextProblems(value, place);
  if (typeof value === "number") return findNumberProblems(value, place);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [
    ...(key === "__proto__" ? [toProblem(`${place}: expected no key "__proto__"`, place)] : []),
    ...findTextProblems(key, place),
    ...findProblems(one, `${place}.${key}`, depth + 1),
  ]);
}

/** `/a`, `\a`, `a/../b`; and `C:\a`, since a colon separates. */
const outside = /^[\\/]|(?:^|[\\/])\.\.(?:[\\/]|$)/;

function findTextProblems(text: string, place: string): Problem[] {
  if (!text.split(/[:=]/).some((part) => outside.test(part))) return [];
  return [toProblem(`${place}: expected only paths inside the project, found "${text}"`, place)];
}

/** Readers round others, so that two builds would have one hash (RFC 8785 takes only I-JSON, RFC 7493). */
function findNumberProblems(value: number, place: string): Problem[] {
  if (Number.isSafeInteger(value)) return [];
  const expected = "expected a whole number of at most 2^53 - 1, which every reader reads alike";
  return [toProblem(`${place}: ${expected}, found one that is read as ${value}`, place)];
}

function toProblem(message: string, subject: string): Problem {
  return { code: "BUILD_INFO_INVALID", message, subject };
}
