import { createHash } from "node:crypto";
import type { Schema } from "./schema.ts";

/** Shorter ones are not worth a name. */
const worthwhile = 250;

/**
 * Gives every object that is written out more than once a name among the components. GitHub's webhooks repeat users and repositories
 * dozens of times; folded, they are compiled in a third of the time.
 */
export function fold<T>(
  roots: T,
  components: Record<string, Schema>,
): { roots: T; components: Record<string, Schema> } {
  const counts = new Map<string, number>();
  count([roots, components], counts);
  const folded: Record<string, Schema> = {};
  const replace = (node: unknown): unknown => {
    const text = isObjectSchema(node) ? JSON.stringify(node) : "";
    if ((counts.get(text) ?? 0) < 2 || text.length < worthwhile) return descend(node, replace);
    const name = `repeated-${createHash("sha256").update(text).digest("hex").slice(0, 10)}`;
    folded[name] ??= descend(node, replace) as Schema;
    return { $ref: `components#/${name}` };
  };
  const result = descend(roots, replace) as T;
  const own = Object.entries(components).map(([name, schema]) => [name, descend(schema, replace) as Schema] as const);
  return { roots: result, components: sorted([...own, ...Object.entries(folded)]) };
}

function count(node: unknown, counts: Map<string, number>): void {
  if (typeof node !== "object" || node === null) return;
  if (isObjectSchema(node)) counts.set(JSON.stringify(node), (counts.get(JSON.stringify(node)) ?? 0) + 1);
  for (const child of Object.values(node)) count(child, counts);
}

function isObjectSchema(node: unknown): boolean {
  const isObject = typeof node === "object" && node !== null && "type" in node && "properties" in node;
  return isObject && (typeof node.type === "string" || Array.isArray(node.type));
}

function descend(node: unknown, replace: (child: unknown) => unknown): unknown {
  if (typeof node !== "object" || node === null) return node;
  if (Array.isArray(node)) return node.map(replace);
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, replace(child)]));
}

function sorted(entries: readonly (readonly [string, Schema])[]): Record<string, Schema> {
  return Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}
