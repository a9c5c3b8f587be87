import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Nothing outside themselves: these share their modules, which saves as much time as they take. */
const pure = ["test/{protocol,decide,explain}/**/*.test.ts", "test/policy.test.ts"];

/** Long, and seen by others in passing: at the gate (vitest.deep.config.ts). */
const long = [
  "test/deep/**",
  "test/clients/{submodules,submodules-refused,git-remote,native-git}.test.ts",
  "test/cli/hash-submodules.test.ts",
  "test/e2e/{announce,shared-head}.test.ts",
];

export default defineConfig({
  test: {
    // Most files wait for processes that they started, so more of them than cores are worth their memory.
    maxWorkers: 3,
    // For the processes that tests start: they compile the same sources.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/node", import.meta.url)) },
    // Against what hangs: several times what the longest takes on a quiet machine.
    testTimeout: 180_000,
    hookTimeout: 120_000,
    coverage: { provider: "v8", include: ["src/**"] },
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      { extends: true, test: { name: "real", include: ["test/**/*.test.ts"], exclude: [...long, ...pure] } },
    ],
  },
});
