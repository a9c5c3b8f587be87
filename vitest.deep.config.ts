import { defineConfig } from "vitest/config";

/** Numbers and histories: what takes too long for every change (docs/testing.md). */
export default defineConfig({
  test: {
    include: ["test/deep/**/*.test.ts", "test/clients/{submodules,submodules-refused,tree-threats}.test.ts"],
    env: { COUNTERSIGN_ROADS: "all" },
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: ["default", "./test/reporter.ts"],
  },
});
