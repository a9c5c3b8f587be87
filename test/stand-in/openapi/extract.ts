/**
 * Takes the shapes of the operations and webhooks in used.ts out of GitHub's OpenAPI description, without its prose:
 *
 *     npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
 *     node test/stand-in/openapi/extract.ts package [api.github.com | ghes-3.19 | …]
 *
 * The description is github.com's (the default), not an Enterprise Server's: it is the newest, and what most installations talk to.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { correctedComponents, correctedResponses } from "./corrections.ts";
import { fold } from "./fold.ts";
import { type Schema, type Source, toClosed, toSchema } from "./schema.ts";
import { usedOperations, usedWebhooks } from "./used.ts";

interface Content {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly content?: { "application/json"?: { schema: Source } };
}
interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: Source;
}
interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Record<string, Content>;
}
interface Description {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly "x-webhooks": Record<string, { post: Operation }>;
  readonly components: Record<string, Record<string, Source>>;
}

const [directory = "package", name = "api.github.com"] = process.argv.slice(2);
const description: Description = JSON.parse(readFileSync(join(directory, "generated", `${name}.json`), "utf8"));
const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));

const operations = Object.fromEntries(
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { operationId }]) => usedOperations.some((id) => id === operationId))
      .map(([method, operation]) => [operation.operationId, toOperation(method.toUpperCase(), path, operation)]),
  ),
);
const webhooks = Object.fromEntries(
  Object.values(description["x-webhooks"])
    .filter(({ post }) => usedWebhooks.some((id) => id === post.operationId))
    .map(({ post }) => [post.operationId, toContentSchema(post.requestBody)]),
);
const missing = [...usedOperations, ...usedWebhooks].filter((id) => !(id in operations || id in webhooks));
if (missing.length > 0) throw new Error(`not in ${name}: ${missing.join(", ")}`);

const { roots, components } = fold({ operations, webhooks }, toComponents([operations, webhooks]));
write("operations.json", roots.operations);
write("webhooks.json", roots.webhooks);
write("components.json", components);
write("source.json", {
  package: "@octokit/openapi",
  version,
  description: name,
  license: "MIT © GitHub, Inc. and Octokit contributors",
});

function toOperation(method: string, path: string, operation: Operation) {
  const parameters = (operation.parameters ?? []).map((one) => resolve<Parameter>(one));
  const body = toContentSchema(operation.requestBody);
  const responses = Object.entries(operation.responses).map(([status, one]) => [status, toContentSchema(one) ?? null]);
  return {
    method,
    path,
    parameters: {
      type: "object",
      properties: Object.fromEntries(parameters.map((one) => [one.name, toSchema(one.schema)])),
      required: parameters.filter((one) => one.required).map((one) => one.name),
      additionalProperties: false,
    },
    ...(body && { body: toClosed(body) }),
    responses: { ...Object.fromEntries(responses), ...correctedResponses[operation.operationId] },
  };
}

function toContentSchema(content: Content | undefined): Schema | undefined {
  const schema = content && resolve<Content>(content).content?.["application/json"]?.schema;
  return schema && toSchema(schema);
}

function resolve<T extends { readonly $ref?: string }>(node: T): T {
  const [, kind = "", key = ""] = /^#\/components\/([^/]+)\/(.+)$/.exec(node.$ref ?? "") ?? [];
  return node.$ref === undefined ? node : (description.components[kind]?.[key] as unknown as T);
}

/** The named schemas that these lead to, each once. */
function toComponents(roots: unknown): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const pending: unknown[] = [roots];
  while (pending.length > 0) {
    for (const [, key = ""] of JSON.stringify(pending.pop()).matchAll(/"components#\/([^"]+)"/g)) {
      if (key in found) continue;
      found[key] = toSchema(description.components.schemas?.[key] ?? {});
      correctedComponents[key]?.(found[key]);
      pending.push(found[key]);
    }
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One entry a line, so that a new version of the description shows as a readable difference. */
function write(file: string, entries: object): void {
  const lines = Object.entries(entries).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  writeFileSync(join(import.meta.dirname, "../../fixtures/github-openapi", file), `{\n${lines.join(",\n")}\n}\n`);
}
