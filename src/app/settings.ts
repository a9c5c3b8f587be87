import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { getPrivateKey } from "@probot/get-private-key";
import {
  type ChainSetting,
  collect,
  type Environment,
  type HostSetting,
  type Limits,
  type Read,
  readChains,
  readGitChoice,
  readHost,
  readLimits,
  wrong,
} from "../settings.ts";
import { type RelayerSetting, readRelayers } from "./relayer-settings.ts";

export interface AppSettings {
  readonly appId: number;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** The one before it, while GitHub is told the new one. */
  readonly previousSecret: string | undefined;
  readonly host: HostSetting;
  readonly chains: readonly ChainSetting[];
  readonly relayers: readonly RelayerSetting[];
  /** The App's public address, without a slash at the end. */
  readonly url: string | undefined;
  readonly port: number;
  readonly databaseUrl: string | undefined;
  /** A directory for the embedded database and the git cache. */
  readonly data: string;
  readonly logLevel: string;
  readonly limits: Partial<Limits>;
  /** Whether git on the path is used. */
  readonly git: "native" | "builtin";
}

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * Reads the App's settings: Probot's own and ours (.env.example).
 *
 * @throws SETTING_INVALID with one sentence for each setting that is missing or wrong
 */
export function readAppSettings(environment: Environment): AppSettings {
  return collect<{ [K in keyof AppSettings]: AppSettings[K] }>({
    appId: readNumber(environment, "APP_ID", { min: 1 }),
    privateKey: readPrivateKey(environment),
    webhookSecret: readSecret(environment),
    previousSecret: readPreviousSecret(environment),
    host: readHost(environment),
    chains: readChains(environment),
    relayers: readRelayers(environment),
    url: readUrl(environment),
    port: readNumber(environment, "PORT", { min: 0, max: 65_535, fallback: 3000 }),
    databaseUrl: readDatabaseUrl(environment),
    data: { value: environment.COUNTERSIGN_DATA || "./data" },
    logLevel: readLogLevel(environment),
    limits: readLimits(environment),
    git: readGitChoice(environment),
  });
}

function readNumber(
  environment: Environment,
  name: string,
  { min, max = Number.MAX_SAFE_INTEGER, fallback }: { min: number; max?: number; fallback?: number },
): Read<number> {
  const text = environment[name];
  if (!text) return fallback === undefined ? wrong(name, "expected a number, found nothing") : { value: fallback };
  const value = Number(text);
  const isInRange = /^\d+$/.test(text) && value >= min && value <= max;
  return isInRange ? { value } : wrong(name, `expected a number from ${min} to ${max}, found ${JSON.stringify(text)}`);
}

function readPrivateKey(environment: Environment): Read<string> {
  const { PRIVATE_KEY, PRIVATE_KEY_PATH } = environment;
  if (!PRIVATE_KEY && !PRIVATE_KEY_PATH) return wrong("PRIVATE_KEY", "expected the App's key, or PRIVATE_KEY_PATH");
  try {
    const key = PRIVATE_KEY ? getPrivateKey({ env: { PRIVATE_KEY } }) : readFileSync(String(PRIVATE_KEY_PATH), "utf8");
    createPrivateKey(key ?? "");
    return { value: String(key) };
  } catch {
    return wrong(
      PRIVATE_KEY ? "PRIVATE_KEY" : "PRIVATE_KEY_PATH",
      "expected a private key in PEM form that can be read",
    );
  }
}

/** Without a secret Probot verifies with the word "development", which everybody knows (threats W30). */
function readSecret({ WEBHOOK_SECRET: secret }: Environment): Read<string> {
  if (!secret) return wrong("WEBHOOK_SECRET", "expected the webhook's secret, found nothing");
  if (secret === "development") return wrong("WEBHOOK_SECRET", "expected a secret that nobody can guess");
  return { value: secret };
}

function readPreviousSecret({ WEBHOOK_SECRET_PREVIOUS: secret }: Environment): Read<string | undefined> {
  if (secret === "development") return wrong("WEBHOOK_SECRET_PREVIOUS", "expected a secret that nobody can guess");
  return { value: secret || undefined };
}

function readUrl({ COUNTERSIGN_URL: url }: Environment): Read<string | undefined> {
  if (!url) return { value: undefined };
  const parsed = URL.parse(url);
  const isWeb = parsed?.protocol === "https:" || parsed?.protocol === "http:";
  return isWeb ? { value: url.replace(/\/+$/, "") } : wrong("COUNTERSIGN_URL", "expected the App's https address");
}

function readDatabaseUrl({ DATABASE_URL: url }: Environment): Read<string | undefined> {
  if (!url) return { value: undefined };
  const isPostgres = /^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? "");
  return isPostgres ? { value: url } : wrong("DATABASE_URL", "expected a postgres:// address");
}

function readLogLevel({ LOG_LEVEL: level = "info" }: Environment): Read<string> {
  return logLevels.includes(level) ? { value: level } : wrong("LOG_LEVEL", `expected one of ${logLevels.join(", ")}`);
}
