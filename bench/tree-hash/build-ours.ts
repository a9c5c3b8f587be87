import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** JavaScript of `ours.ts`, as an installed Countersign is: node's reading of TypeScript would count as ours. */
export async function buildOurs(): Promise<string> {
  // Below node_modules, from where the dependencies are found.
  const outfile = fileURLToPath(new URL("../../node_modules/.cache/countersign-bench/tree-hash.js", import.meta.url));
  const entry = fileURLToPath(new URL("ours.ts", import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, packages: "external", platform: "node", format: "esm" });
  return outfile;
}
