import type { Row } from "./row.ts";

/** What `npm run --silent bench -- NAME` prints: one JSON object, nothing else. */
interface Report {
  readonly bench: string;
  readonly rows: readonly Row[];
}

const benches: Readonly<Record<string, () => Promise<{ readonly measure: () => Promise<readonly Row[]> }>>> = {
  gas: () => import("./gas.ts"),
  github: () => import("./github.ts"),
  scaling: () => import("./scaling.ts"),
  "tree-hash": () => import("./tree-hash.ts"),
  webhooks: () => import("./webhooks.ts"),
};

const [name = ""] = process.argv.slice(2);
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load === undefined) {
  console.error(`expected one of ${Object.keys(benches).join(", ")}, found ${JSON.stringify(name)}`);
  process.exit(2);
}
const { measure } = await load();
const report: Report = { bench: name, rows: await measure() };
// The work may leave handles of its own open; the figures are all that is wanted of it.
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`, () => process.exit(0));
