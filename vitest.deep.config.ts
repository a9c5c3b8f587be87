import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Numbers and histories: what takes too long for every change (docs/testing.md). */
export default defineConfig({
  test: {
    include: [
      "test/deep/**/*.test.ts",
      "test/clients/{submodules,submodules-refused,tree-threats,tree-diff,blob-hash}.test.ts",
      "test/clients/{damaged-stores,native-git,git-directory,git-remote,fetch-threats}.test.ts",
      "test/observe/work-tree.test.ts",
      "test/e2e/{announce,shared-head}.test.ts",
      "test/chain/replay.test.ts",
      "test/cli/hash-submodules.test.ts",
      "test/protocol/git-modules.test.ts",
    ],
    env: {
      COUNTERSIGN_ROADS: "all",
      NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/node", import.meta.url)),
    },
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ["default", "./test/reporter.ts"],
  },
});
