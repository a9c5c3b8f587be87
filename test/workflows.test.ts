import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = new URL("../", import.meta.url).pathname;
const workflows = globSync(".github/workflows/*.yml", { cwd: root });

describe.each(workflows)("%s", (path) => {
  const text = readFileSync(join(root, path), "utf8");
  const workflow = parse(text);

  it("may only read", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(Object.values<{ permissions?: object }>(workflow.jobs).filter(({ permissions }) => permissions)).toEqual([]);
  });

  it("uses actions by their full commit id, with the release beside it", () => {
    const used = [...text.matchAll(/uses: (.+)$/gm)].map(([, action = ""]) => action);
    expect(used.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it("leaves no token in the work tree, and puts nobody's words into a shell", () => {
    const steps = Object.values<{ steps: Record<string, unknown>[] }>(workflow.jobs).flatMap((job) => job.steps);
    const checkouts = steps.filter(({ uses }) => String(uses).startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with)).toEqual(checkouts.map(() => ({ "persist-credentials": false })));
    expect(steps.filter(({ run }) => String(run).includes("${{"))).toEqual([]);
  });
});
