import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { copyFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, parseEnv } from "node:util";
import { input } from "@inquirer/prompts";
import { pino } from "pino";
import { run } from "probot";
import { parse, stringify } from "yaml";
import { CountersignError, catalogue, failure } from "../errors.ts";
import { type Environment, readHost } from "../settings.ts";
import { withSettings } from "./env-file.ts";
import { webhookPath } from "./server.ts";

const root = new URL("../../", import.meta.url);

const help = `Creates the GitHub App from app.yml on your GitHub host and writes its settings to .env.

  npm run setup -- --url https://countersign.example.com

--url     the App's public address, to which GitHub sends webhooks; asked for where it is absent
PORT      where the page is served that you open in the browser (3000)
GHE_HOST, GHE_PROTOCOL   another GitHub host than github.com
GH_ORG    the organisation that is to own the App; without it, you`;

try {
  const { values } = parseArgs({ options: { url: { type: "string" }, help: { type: "boolean", short: "h" } } });
  if (values.help) console.log(help);
  else await setUp(resolve(".env"), values.url);
} catch (error) {
  // Ctrl-C at the question.
  if (error instanceof Error && error.name === "ExitPromptError") process.exit(130);
  if (!(error instanceof CountersignError)) throw error;
  for (const { code, message } of error.problems) console.error(`${message} (${code}) ${catalogue[code][1]}`);
  process.exitCode = 2;
}

async function setUp(file: string, given: string | undefined): Promise<void> {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const environment: Environment = { ...parseEnv(text), ...process.env };
  if (environment.APP_ID) throw wrong("APP_ID", `expected none yet, found ${environment.APP_ID}: this App is set up`);
  const host = readHost(environment);
  if ("problems" in host) throw new CountersignError(host.problems);
  const url = parseUrl(given ?? (environment.COUNTERSIGN_URL || (await askUrl())));
  const credentials = await createApp(url, environment);
  const { GHE_HOST, GHE_PROTOCOL } = environment;
  const named = { COUNTERSIGN_URL: url, ...(GHE_HOST && { GHE_HOST }), ...(GHE_PROTOCOL && { GHE_PROTOCOL }) };
  writeFileSync(file, withSettings(text, { ...credentials, ...named }), { mode: 0o600 });
  chmodSync(file, 0o600);
  console.log(`
App ${credentials.APP_ID} was created, and ${file} has its key and secret. Next:

1. Install it: your browser shows the page.
2. Add COUNTERSIGN_CHAINS and COUNTERSIGN_RELAYER_KEY to .env; .env.example explains both.
3. npm start`);
}

/** GitHub sends webhooks there, and shows it as the App's homepage. */
function parseUrl(text: string): string {
  const url = URL.parse(text);
  const isWeb = (url?.protocol === "https:" || url?.protocol === "http:") && url.search === "" && url.hash === "";
  if (isWeb) return url.href.replace(/\/+$/, "");
  throw wrong("COUNTERSIGN_URL", `expected the App's public address (https://…), found ${JSON.stringify(text)}`);
}

async function askUrl(): Promise<string> {
  if (!process.stdin.isTTY)
    throw wrong("COUNTERSIGN_URL", "expected the App's public address, found none: --url https://…");
  return input({ message: "The App's public address (https://…), to which GitHub sends webhooks:", required: true });
}

type Credentials = Readonly<Record<"APP_ID" | "PRIVATE_KEY" | "WEBHOOK_SECRET", string>>;

/**
 * Probot's manifest flow: a local page sends the browser to GitHub with the manifest, GitHub sends it back with a code,
 * and the code buys the App's key and secret. Probot reads app.yml where it stands, so it stands in a directory of its own.
 */
async function createApp(url: string, environment: Environment): Promise<Credentials> {
  const directory = await mkdtemp(join(tmpdir(), "countersign-setup-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  await writeFile(join(directory, "app.yml"), toManifest(await readFile(new URL("app.yml", root), "utf8"), url));
  await copyFile(new URL("package.json", root), join(directory, "package.json"));
  process.chdir(directory);
  // No webhook relay of somebody else's, and setting up is never production to Probot.
  Object.assign(process.env, environment, { NO_SMEE_SETUP: "true", NODE_ENV: "development" });
  const created = Promise.withResolvers<Credentials>();
  const updateEnv = (values: NodeJS.ProcessEnv) => {
    created.resolve(toCredentials(values));
    return values;
  };
  const server = await run(() => undefined, { updateEnv, log: pino({ level: "error" }) }).catch(explainPort);
  console.log(`Open http://localhost:${server.port} in your browser and register the App there.`);
  const credentials = await created.promise;
  await server.stop();
  return credentials;
}

function toManifest(text: string, url: string): string {
  return stringify({ ...parse(text), url, hook_attributes: { url: `${url}${webhookPath}` } });
}

/** The key in base64: one line without quotes, which every reader of `.env` files takes. */
function toCredentials({ APP_ID = "", PRIVATE_KEY = "", WEBHOOK_SECRET = "" }: NodeJS.ProcessEnv): Credentials {
  const pem = PRIVATE_KEY.replace(/^"|"$/g, "");
  return { APP_ID, PRIVATE_KEY: Buffer.from(pem).toString("base64"), WEBHOOK_SECRET };
}

function explainPort(error: NodeJS.ErrnoException): never {
  if (error.code !== "EADDRINUSE" && error.code !== "EACCES") throw error;
  throw wrong("PORT", error.message);
}

function wrong(name: string, words: string): CountersignError {
  return failure("SETTING_INVALID", `${name}: ${words}`, { subject: name });
}
