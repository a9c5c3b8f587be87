import { type Operation, operations } from "./description.ts";
import type { OperationId } from "./openapi/used.ts";

export interface Route {
  readonly id: OperationId;
  readonly operation: Operation;
  /** The method and GitHub's template, as `GET /repos/{owner}/{repo}`. */
  readonly template: string;
  readonly parameters: Record<string, string>;
}

interface Candidate {
  readonly id: OperationId;
  readonly operation: Operation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly weight: number;
}

/** Parameters that take the rest of the path, slashes and all. */
const greedy = new Set(["path", "ref", "basehead", "branch"]);

const candidates = Object.entries(operations)
  .map(([id, operation]) => toCandidate(id as OperationId, operation))
  .sort((one, other) => other.weight - one.weight);

/** The operation that a request names, or undefined. `path` is what follows `/api/v3`, without the query. */
export function match(method: string, path: string): Route | undefined {
  for (const { id, operation, pattern, names } of candidates) {
    const values = operation.method === method ? pattern.exec(path)?.slice(1) : undefined;
    if (values === undefined) continue;
    const parameters = Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index] ?? "")]));
    return { id, operation, template: `${method} ${operation.path}`, parameters };
  }
  return undefined;
}

/** The template with most fixed words goes first: `/commits/{ref}/pulls` before `/commits/{ref}`. */
function toCandidate(id: OperationId, operation: Operation): Candidate {
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const source = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (greedy.has(name) ? "(.*?)" : "([^/]+)"));
  const weight = operation.path.split("/").filter((part) => part !== "" && !part.startsWith("{")).length;
  return { id, operation, names, weight, pattern: new RegExp(`^${source}/?$`) };
}
