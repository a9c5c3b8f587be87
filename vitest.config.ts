import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/deep/**"],
    // Most files wait for processes that they started, so more of them than cores are worth their memory.
    maxWorkers: 3,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
