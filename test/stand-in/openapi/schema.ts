/** A schema as OpenAPI 3.0 writes it, as far as it is read here. */
export interface Source {
  readonly $ref?: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly properties?: Record<string, Source>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Source;
  readonly items?: Source;
  readonly oneOf?: readonly Source[];
  readonly anyOf?: readonly Source[];
  readonly allOf?: readonly Source[];
  readonly [keyword: string]: unknown;
}

/** The JSON Schema that is left of it. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: readonly Schema[];
  allOf?: readonly Schema[];
  [keyword: string]: unknown;
}

const kept = [
  "type",
  "enum",
  "format",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "pattern",
];

/** Without prose. `oneOf` becomes `anyOf`: many of GitHub's alternatives overlap. */
export function toSchema(source: Source): Schema {
  if (source.$ref !== undefined) return { $ref: source.$ref.replace("#/components/schemas/", "components#/") };
  const schema: Schema = Object.fromEntries(kept.flatMap((key) => (key in source ? [[key, source[key]]] : [])));
  const choices = source.anyOf ?? source.oneOf;
  if (choices) schema.anyOf = choices.map(toSchema);
  if (source.allOf) schema.allOf = source.allOf.map(toSchema);
  if (source.items) schema.items = toSchema(source.items);
  if (source.properties) schema.properties = toSchemas(source.properties);
  if (source.required?.length) schema.required = source.required;
  const { additionalProperties: more } = source;
  if (more !== undefined) schema.additionalProperties = typeof more === "object" ? toSchema(more) : more;
  return source.nullable ? toNullable(schema) : schema;
}

/** The parameters or the body of a request: what the description does not name is refused. */
export function toClosed(schema: Schema): Schema {
  return schema.properties && !schema.anyOf ? { ...schema, additionalProperties: false } : schema;
}

function toSchemas(sources: Record<string, Source>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(sources).map(([key, source]) => [key, toSchema(source)]));
}

function toNullable(schema: Schema): Schema {
  if (typeof schema.type !== "string") return { anyOf: [schema, { type: "null" }] };
  const values = Array.isArray(schema.enum) && { enum: [...schema.enum.filter((value) => value !== null), null] };
  return { ...schema, ...values, type: [schema.type, "null"] };
}
