import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readAppSettings } from "../../src/app/settings.ts";
import { readPage, root } from "./pages.ts";

interface Container {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly [probe: string]: unknown;
}

const resources = globSync("deploy/kubernetes/*.yaml", { cwd: root }).flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, file), "utf8"), { strict: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  }),
);
const find = (kind: string, name: string) => {
  const found = resources.filter((one) => one.kind === kind && one.metadata.name === name);
  expect(found).toHaveLength(1);
  return found[0];
};
const compose = parse(readPage("docker-compose.yml"), { strict: true });
/** Seconds that jobs have to end, in src/app/queue.ts. */
const [, patience] = /timeout: (\d+)_000 \}/.exec(readPage("src/app/queue.ts")) ?? [];

describe("deploy/kubernetes", () => {
  const pod = find("Deployment", "countersign").spec.template.spec;
  const app: Container = pod.containers[0];
  const settings = { ...find("Secret", "countersign").stringData, ...toObject(app.env) };

  it("sets only settings that the App reads, and leaves out only secrets", () => {
    expect(Object.keys(settings).filter((name) => !namesRead().includes(name))).toEqual([]);
    const files = Object.keys(find("Secret", "countersign-files").stringData);
    const named = Object.values<string>(settings).filter((value) => value.startsWith("/secrets/"));
    expect(named.map((path) => path.replace("/secrets/", "")).sort()).toEqual(files.sort());
    const message = problemsOf({ ...settings, WEBHOOK_SECRET: "made up" });
    expect(message.filter((name) => !/^(PRIVATE_KEY_PATH|COUNTERSIGN_RELAYER_KEYSTORE)$/.test(name))).toEqual([]);
  });

  it("runs several processes as nobody, each with a directory of its own", () => {
    expect(find("Deployment", "countersign").spec.replicas).toBeGreaterThan(1);
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    const mount = app.volumeMounts.find(({ mountPath }) => mountPath === settings.COUNTERSIGN_DATA);
    expect(pod.volumes.find(({ name }: { name: string }) => name === mount?.name)).toHaveProperty("emptyDir");
  });

  it("asks /health, and gives jobs the time to end", () => {
    for (const probe of ["startupProbe", "readinessProbe", "livenessProbe"])
      expect(app[probe]).toMatchObject({ httpGet: { path: "/health", port: "http" } });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(Number(patience) + 5);
  });

  it("names what is there: the Service, the database, the Secrets", () => {
    const path = find("Ingress", "countersign").spec.rules[0].http.paths[0];
    expect(path).toMatchObject({ path: "/api/github/webhooks", backend: { service: { name: "countersign" } } });
    for (const name of ["countersign", "countersign-database"]) {
      const { selector } = find("Service", name).spec;
      const owner = resources.find(
        ({ kind, metadata }) => /^(Deployment|StatefulSet)$/.test(kind) && metadata.name === name,
      );
      expect(owner.spec.template.metadata.labels).toMatchObject(selector);
    }
    expect(new URL(settings.DATABASE_URL).hostname).toBe("countersign-database");
  });
});

describe("docker-compose.yml", () => {
  const { app, database, proxy } = compose.services;

  it("runs several processes on one PostgreSQL, with settings that the App reads", () => {
    expect(app.deploy.replicas).toBeGreaterThan(1);
    expect(Object.keys(app.environment).filter((name) => !namesRead().includes(name))).toEqual([]);
    expect(app.environment.DATABASE_URL).toContain("@database/");
    expect(app.depends_on.database.condition).toBe("service_healthy");
    expect(database.healthcheck.test).toContain("pg_isready");
    expect(proxy.command).toContain("--to app:3000");
    expect(Number.parseInt(app.stop_grace_period, 10)).toBeGreaterThan(Number(patience));
  });

  it("has no secret in it, and asks for those that it needs", () => {
    const text = readPage("docker-compose.yml");
    for (const name of ["POSTGRES_PASSWORD", "COUNTERSIGN_HOST"]) expect(text).toContain(`\${${name}:?}`);
    expect(app.env_file).toBe(".env");
  });
});

function toObject(env: Container["env"]): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

function namesRead(): string[] {
  return [...readPage(".env.example").matchAll(/^#? ?([A-Z_]+)=/gm)].map(([, name = ""]) => name);
}

/** The settings that are wrong. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    readAppSettings(environment);
    return [];
  } catch (error) {
    return String(error).match(/\b[A-Z]+(_[A-Z]+)+(?=:)/g) ?? [];
  }
}
