import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import formatsModule from "ajv-formats";
import type { Schema } from "./openapi/schema.ts";
import type { OperationId, WebhookId } from "./openapi/used.ts";

/** One operation of GitHub's REST API, as its OpenAPI description has it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: Schema;
  readonly body?: Schema;
  readonly responses: Record<string, Schema | null>;
}

const directory = join(import.meta.dirname, "../fixtures/github-openapi");
const read = (file: string) => JSON.parse(readFileSync(join(directory, file), "utf8"));
const components: Record<string, Schema> = read("components.json");
const webhooks: Record<WebhookId, Schema> = read("webhooks.json");
export const operations: Record<OperationId, Operation> = read("operations.json");

const strict = createAjv(false);
const coercing = createAjv(true);
const compiled = new WeakMap<Schema, ValidateFunction>();

export function webhookSchema(id: WebhookId): Schema {
  return webhooks[id];
}

/** What of the value breaks the schema, one sentence a problem; nothing when it keeps to it. */
export function violations(schema: Schema, value: unknown, ajv = strict): readonly string[] {
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath || "/", message, JSON.stringify(params)].join(" "),
  );
}

/** As `violations`, for what a URL carries: turns texts into the numbers and booleans described, in place. */
export function coerce(schema: Schema, value: Record<string, unknown>): readonly string[] {
  return violations(schema, value, coercing);
}

/**
 * The part of the value that the schema names. One entity has many shapes in GitHub's description (a repository: nine);
 * the stand-in writes the widest one and this leaves what each place documents. What is required, nullable and absent is null.
 */
export function project(schema: Schema, value: unknown): unknown {
  if (schema.$ref !== undefined) return project(follow(schema.$ref), value);
  if (schema.anyOf)
    return schema.anyOf.map((choice) => [choice, project(choice, value)] as const).find(isValid)?.[1] ?? value;
  if (Array.isArray(value)) return projectList(schema.items ?? {}, value);
  if (typeof value !== "object" || value === null) return value;
  return projectObject(schema, value);
}

/** Where a list may hold certain words only, others are left out: GitHub's lists of events lag behind its events. */
function projectList(schema: Schema, values: readonly unknown[]): readonly unknown[] {
  const words = Array.isArray(schema.enum) ? schema.enum : undefined;
  const described = words ? values.filter((value) => words.includes(value)) : values;
  return described.map((value) => project(schema, value));
}

function projectObject(schema: Schema, value: object): unknown {
  const parts = (schema.allOf ?? []).map((part) => project(part, value));
  if (schema.properties === undefined) return parts.length > 0 ? Object.assign({}, ...parts) : value;
  const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  const result: Record<string, unknown> = open ? { ...value } : Object.assign({}, ...parts);
  const given = new Map(Object.entries(value));
  for (const [key, property] of Object.entries(schema.properties)) {
    if (given.get(key) !== undefined) result[key] = project(property, given.get(key));
    else if (schema.required?.includes(key) && isNullable(property)) result[key] = null;
  }
  return result;
}

function isValid([schema, value]: readonly [Schema, unknown]): boolean {
  return violations(schema, value).length === 0;
}

function isNullable(schema: Schema): boolean {
  if (schema.$ref !== undefined) return isNullable(follow(schema.$ref));
  return schema.anyOf?.some(isNullable) || [schema.type].flat().includes("null");
}

function follow(reference: string): Schema {
  const found = components[reference.slice("components#/".length)];
  if (found === undefined) throw new Error(`The fixture lacks ${reference}`);
  return found;
}

function createAjv(coerceTypes: boolean): Ajv {
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    inlineRefs: false,
    code: { optimize: false },
    coerceTypes,
  });
  formatsModule.default(ajv);
  ajv.addFormat("repo.nwo", true).addFormat("timestamp", true);
  // GitHub gives the empty text for a link that is absent, as its description says by `default`.
  ajv.addFormat("uri", (text: string) => text === "" || URL.canParse(text));
  for (const [name, schema] of Object.entries(components)) ajv.addSchema(schema, `components#/${name}`);
  return ajv;
}
