// Checks the clear-signing file against ERC-7730's own JSON schema, which lies beside the ERC and not here:
// `npm run check:clear-signing -- erc7730-v2.schema.json [FILE]`. Exits 1 with everything that is wrong.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { isAddress } from "ethers";
import { descriptorFile } from "./descriptor.ts";

const [schemaFile, file = descriptorFile] = process.argv.slice(2);
if (schemaFile === undefined) throw new Error("expected the file of the schema, found none");
const schema = JSON.parse(readFileSync(schemaFile, "utf8"));
if (!/^2\./.test(schema.version)) throw new Error(`expected the schema of version 2, found ${schema.version}`);

// Not strict: the schema keeps its definitions under names of its own.
const ajv = new Ajv2020({ strict: false, allErrors: true });
formatsModule.default(ajv);
ajv.addFormat("eip155", { type: "number", validate: (id: number) => Number.isSafeInteger(id) && id > 0 });
ajv.addFormat("eip55", { type: "string", validate: (text: string) => isAddress(text) });

const validate = ajv.compile(schema);
const valid = validate(JSON.parse(readFileSync(file, "utf8")));
for (const { instancePath, message } of validate.errors ?? []) console.error(`${instancePath}: ${message}`);
console.log(valid ? `valid by ERC-7730 ${schema.version}` : `not valid by ERC-7730 ${schema.version}`);
process.exitCode = valid ? 0 : 1;
