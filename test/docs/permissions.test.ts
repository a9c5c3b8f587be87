import type { Probot } from "probot";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { listen } from "../../src/app/events.ts";
import { permissions } from "../../src/app/installations.ts";
import { namesIn, readPage } from "./pages.ts";

describe("app.yml", () => {
  const manifest = parse(readPage("app.yml"));

  it("asks for the permissions that tokens are narrowed to, and for what an event needs", () => {
    expect(manifest.default_permissions).toEqual({ ...permissions, merge_queues: "read" });
  });

  it("asks for the events that are listened to", () => {
    const heard: string[] = [];
    const probot = { on: (events: string | string[]) => heard.push(...[events].flat()) };
    const sink = { pull: async () => undefined, commit: async () => undefined };
    listen(probot as unknown as Probot, sink, { appId: 7 });
    const events = new Set(heard.map((event) => event.split(".")[0]));
    expect(manifest.default_events.toSorted()).toEqual([...events].sort());
  });

  it("is explained in docs/permissions.md", () => {
    const named = namesIn("docs/permissions.md");
    expect(named.toSorted()).toEqual(
      [...Object.keys(manifest.default_permissions), ...manifest.default_events].toSorted(),
    );
  });

  it("has no apostrophe, which would end the HTML attribute that Probot writes it into", () => {
    expect(JSON.stringify(manifest)).not.toContain("'");
  });
});
