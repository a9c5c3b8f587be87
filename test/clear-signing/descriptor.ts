import { readFileSync } from "node:fs";
import { z } from "zod";

const formats = ["raw", "addressName", "amount", "date", "duration"] as const;

/** What of ERC-7730 v2 this project uses; anything else is refused, and with it every way to hide a field. */
const field = z
  .strictObject({
    path: z.string().min(1),
    label: z.string().min(1),
    format: z.enum(formats),
    params: z.strictObject({ encoding: z.literal("timestamp") }).optional(),
  })
  .refine(
    ({ format, params }) => (format === "date") === (params !== undefined),
    "a date, and it alone, has parameters",
  );

const group = z.strictObject({
  path: z.string().min(1).optional(),
  label: z.string().min(1),
  iteration: z.literal("bundled").optional(),
  fields: z.array(field).min(1),
});

export const descriptorShape = z.strictObject({
  $schema: z.literal("https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json"),
  context: z.strictObject({
    $id: z.string(),
    eip712: z.strictObject({
      domain: z.strictObject({ name: z.string(), version: z.string() }),
      deployments: z.array(z.strictObject({ chainId: z.int().positive(), address: z.string() })),
    }),
  }),
  metadata: z.strictObject({ owner: z.string(), contractName: z.string() }),
  display: z.strictObject({
    formats: z.record(
      z.string(),
      z.strictObject({ $id: z.string(), intent: z.string(), fields: z.array(z.union([field, group])).min(1) }),
    ),
  }),
});

export type Descriptor = z.infer<typeof descriptorShape>;
type Format = Descriptor["display"]["formats"][string];

export const descriptorFile = new URL("../../clear-signing/eip712-countersign.json", import.meta.url);

/** As it stands; a test holds it against the shape. */
export function readDescriptor(): Descriptor {
  return JSON.parse(readFileSync(descriptorFile, "utf8"));
}

/** The fields of one message, from its root, in the order in which a wallet shows them. */
export function fieldsOf({ fields }: Format): z.infer<typeof field>[] {
  return fields.flatMap((entry) => {
    if (!("fields" in entry)) return [entry];
    const { path: prefix, fields: inner } = entry;
    return inner.map((one) => ({ ...one, path: prefix === undefined ? one.path : `${prefix}.${one.path}` }));
  });
}
