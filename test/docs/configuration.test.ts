import { describe, expect, it } from "vitest";
import { readAppSettings } from "../../src/app/settings.ts";
import { parsePolicy } from "../../src/policy.ts";
import { blocksOf, namesIn, readPage } from "./pages.ts";

describe("docs/configuration.md", () => {
  it.each(blocksOf("docs/configuration.md", "yaml"))("shows a configuration that is taken: %s", (text) => {
    expect(parsePolicy(text).contracts.length).toBeGreaterThan(0);
  });

  it("has the App's settings, as .env.example has", () => {
    const settings = settingsRead();
    const example = [...readPage(".env.example").matchAll(/^#? ?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect([...new Set(example)].sort()).toEqual(settings);
    const named = namesIn("docs/configuration.md");
    expect(settings.filter((name) => !named.includes(name))).toEqual([]);
  });
});

/** The names that the App looks up, with every setting empty and with every setting set. */
function settingsRead(): string[] {
  const names = new Set<string>();
  const answers = [() => undefined, (name: string) => (name === "COUNTERSIGN_RELAYER_KEY" ? undefined : "x")];
  for (const answer of answers) {
    const get = (_: object, name: string) => {
      names.add(name);
      return answer(name);
    };
    expect(() => readAppSettings(new Proxy({}, { get }))).toThrow();
  }
  return [...names].sort();
}
