// Writes the standard JSON input that block explorers verify the registry's source with: docs/guides/deploy-a-registry.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";
import { deployedContracts, readRegistryInput, toSourcePath } from "./registry-input.ts";

const target = process.argv[2] ?? fileURLToPath(new URL("../../dist/registry-input.json", import.meta.url));
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, JSON.stringify(readRegistryInput()));
console.log(
  `${relative(process.cwd(), target)}: standard JSON input for solc v${solc.version().replace(/\.Emscripten.*$/, "")}`,
);
for (const name of deployedContracts) console.log(`  ${toSourcePath(name)}:${name}`);
