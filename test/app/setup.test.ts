import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import getPort from "get-port";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { permissions } from "../../src/app/installations.ts";
import { startBot } from "../stage/bot.ts";
import { until } from "../stage/wait.ts";
import { type StandIn, startStandIn } from "../stand-in/start.ts";

const setup = fileURLToPath(new URL("../../src/app/setup.ts", import.meta.url));

let world: string;
let github: StandIn;
let directory: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  world = await mkdtemp(join(tmpdir(), "countersign-github-"));
  github = await startStandIn({ directory: world });
});

afterAll(async () => {
  expect(github.violations).toEqual([]);
  await github.stop();
  await rm(world, { recursive: true, force: true });
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "countersign-env-"));
});

afterEach(async () => {
  if (child?.exitCode === null) child.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

/** `npm run setup` in a directory of its own: what it says, and how it ends. */
function runSetup(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const started = spawn(process.execPath, [setup, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, GHE_HOST: github.host, GHE_PROTOCOL: "http", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  const said: string[] = [];
  for (const stream of [started.stdout, started.stderr]) stream.on("data", (chunk) => said.push(String(chunk)));
  const end = once(started, "exit").then(([status]) => status as number | null);
  return { said, end };
}

/** What a browser does: the page's button, GitHub's page, and back. */
async function registerAt(page: string): Promise<Response> {
  const html = await (await fetch(page)).text();
  const [, action = ""] = /form action="([^"]+)"/.exec(html) ?? [];
  const [, manifest = ""] = /value='([^']+)'/.exec(html) ?? [];
  const sent = await fetch(action, { method: "POST", body: new URLSearchParams({ manifest }), redirect: "manual" });
  return fetch(String(sent.headers.get("location")), { redirect: "manual" });
}

describe("the setup of an App", () => {
  it("creates it on the host, writes its settings, and the App starts with them", async () => {
    const [page, port] = [await getPort(), await getPort()];
    await writeFile(join(directory, ".env"), `# ours\nAPP_ID=\nPORT=${port}\n`);
    const { end, said } = runSetup(["--url", `http://127.0.0.1:${port}/`], { PORT: String(page) });
    await until("the page", async () => said.join("").includes(`http://localhost:${page}`));
    const back = await registerAt(`http://localhost:${page}/probot`);
    expect(back.headers.get("location")).toMatch(/\/countersign\/installations\/new$/);
    expect(await end).toBe(0);

    const text = await readFile(join(directory, ".env"), "utf8");
    const settings = parseEnv(text);
    expect(text.split("\n").slice(0, 3)).toEqual(["# ours", `APP_ID=${settings.APP_ID}`, `PORT=${port}`]);
    expect((await stat(join(directory, ".env"))).mode & 0o777).toBe(0o600);
    expect(settings).toMatchObject({ COUNTERSIGN_URL: `http://127.0.0.1:${port}`, GHE_HOST: github.host });

    const app = github.world.apps.get(Number(settings.APP_ID));
    expect(app).toMatchObject({ slug: "countersign", permissions });
    expect(app?.webhook).toEqual({
      url: `http://127.0.0.1:${port}/api/github/webhooks`,
      secret: settings.WEBHOOK_SECRET,
    });

    const registry = `0x${"11".repeat(20)}`;
    const bot = await startBot({
      ...(settings as Record<string, string>),
      COUNTERSIGN_CHAINS: JSON.stringify([{ chainId: 31337, rpc: "http://127.0.0.1:1", registry }]),
      COUNTERSIGN_RELAYER_KEY: `0x${"22".repeat(32)}`,
      COUNTERSIGN_DATA: join(directory, "data"),
    });
    const listed = () => github.requests.find(({ path }) => path.endsWith("/app/installations"));
    expect((await until("the App to sign in", async () => listed())).status).toBe(200);
    await bot.stop();
  }, 90_000);

  it("leaves an App that is set up as it is", async () => {
    await writeFile(join(directory, ".env"), "APP_ID=7\n");
    const { end, said } = runSetup(["--url", "https://countersign.example.com"]);
    expect(await end).toBe(2);
    expect(said.join("")).toContain("APP_ID: expected none yet, found 7");
    expect(await readFile(join(directory, ".env"), "utf8")).toBe("APP_ID=7\n");
  });

  it.each([
    [[], "found none: --url"],
    [["--url", "countersign.example.com"], 'found "countersign.example.com"'],
    [["--url", "ftp://countersign.example.com"], 'found "ftp://countersign.example.com"'],
  ])("needs a public address: %j", async (args, words) => {
    const { end, said } = runSetup(args);
    expect(await end).toBe(2);
    expect(said.join("")).toContain(words);
  });

  it("says which port is taken", async () => {
    const { end, said } = runSetup(["--url", "https://x.example"], { PORT: github.host.split(":")[1] ?? "" });
    expect(await end).toBe(2);
    expect(said.join("")).toContain("PORT: ");
  });
});
