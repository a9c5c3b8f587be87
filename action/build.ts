import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The bundle that users run: one file, the same in every folder. CI builds it again and compares. */
await build({
  absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
  entryPoints: ["action/index.ts"],
  outfile: "action/dist/index.js",
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  minify: true,
  legalComments: "none",
  banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
});
