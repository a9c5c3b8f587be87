import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, describe, expect, it } from "vitest";
import { openWallets } from "../../src/app/relayer-settings.ts";
import { readAppSettings } from "../../src/app/settings.ts";
import { CountersignError } from "../../src/errors.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const chain = { chainId: 1, rpc: "https://rpc.example/secret", registry: `0x${"11".repeat(20)}` };
const key = `0x${"22".repeat(32)}`;
const other = `0x${"33".repeat(32)}`;
const base = {
  APP_ID: "7",
  PRIVATE_KEY: privateKey,
  WEBHOOK_SECRET: "nobody guesses this",
  COUNTERSIGN_CHAINS: JSON.stringify([chain]),
  COUNTERSIGN_RELAYER_KEY: key,
};

const directory = mkdtempSync(join(tmpdir(), "countersign-settings-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** The settings at fault, and all that is said of them. */
function problemsOf(change: Readonly<Record<string, string | undefined>>): { subjects: unknown[]; words: string } {
  try {
    readAppSettings({ ...base, ...change });
    return { subjects: [], words: "" };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    expect(error.problems.map(({ code }) => code)).toEqual(error.problems.map(() => "SETTING_INVALID"));
    return { subjects: error.problems.map(({ subject }) => subject), words: error.message };
  }
}

describe("the App's settings", () => {
  it("need a key, a secret and a chain", () => {
    const settings = readAppSettings(base);
    expect(settings).toMatchObject({ appId: 7, port: 3000, data: "./data", databaseUrl: undefined, url: undefined });
    expect(settings.host).toEqual({ origin: "https://github.com", api: "https://api.github.com" });
    const defaults = { confirmations: 1, maxFeePerGas: 500_000_000_000n, interval: 15 };
    expect(settings.chains).toEqual([{ ...chain, ...defaults }]);
  });

  it.each([
    ["with line ends written as \\n", privateKey.replaceAll("\n", "\\n")],
    ["in base64, as setup writes it", Buffer.from(privateKey).toString("base64")],
  ])("take the App's key %s", (_, text) => {
    expect(readAppSettings({ ...base, PRIVATE_KEY: text }).privateKey).toBe(privateKey);
  });

  it("take the App's key from a file", () => {
    const PRIVATE_KEY_PATH = write("app.pem", privateKey);
    expect(readAppSettings({ ...base, PRIVATE_KEY: "", PRIVATE_KEY_PATH }).privateKey).toBe(privateKey);
  });

  it("take a cap of fees in gwei for each chain, and how often its events are looked at", () => {
    const COUNTERSIGN_CHAINS = JSON.stringify([{ ...chain, maxFeePerGas: 0.25, interval: 3 }]);
    expect(readAppSettings({ ...base, COUNTERSIGN_CHAINS }).chains[0]).toMatchObject({
      maxFeePerGas: 250_000_000n,
      interval: 3,
    });
  });

  it("take no relayer at all", () => {
    expect(readAppSettings({ ...base, COUNTERSIGN_RELAYER_KEY: "" }).relayers).toEqual([]);
  });

  it("take several relayers, each once, in their order", async () => {
    const COUNTERSIGN_RELAYER_KEY = `${other}, ${key},${other}`;
    const { relayers } = readAppSettings({ ...base, COUNTERSIGN_RELAYER_KEY });
    const expected = [other, key].map((one) => new Wallet(one).address);
    expect((await openWallets(relayers)).map(({ address }) => address)).toEqual(expected);
  });

  it("take relayers' keys from keystores, with one password for all or one for each", async () => {
    const [first, second] = [new Wallet(key), new Wallet(other)];
    const passwords = [write("password", "a password\n"), write("password-2", "another")];
    const files = [write("1.json", first.encryptSync("a password")), write("2.json", second.encryptSync("another"))];
    const read = async (keystores: readonly string[], passwordFiles: readonly string[]) => {
      const { relayers } = readAppSettings({
        ...base,
        COUNTERSIGN_RELAYER_KEY: "",
        COUNTERSIGN_RELAYER_KEYSTORE: keystores.join(),
        COUNTERSIGN_RELAYER_PASSWORD_FILE: passwordFiles.join(),
      });
      return (await openWallets(relayers)).map(({ address }) => address);
    };
    expect(await read(files, passwords)).toEqual([first.address, second.address]);
    const same = [String(files[0]), write("3.json", second.encryptSync("a password"))];
    expect(await read(same, [String(passwords[0])])).toEqual([first.address, second.address]);
    await expect(read(files, [String(passwords[0])])).rejects.toMatchObject({ code: "SETTING_INVALID" });
  });

  it("name another GitHub host", () => {
    const host = readAppSettings({ ...base, GHE_HOST: "git.example:8443", GHE_PROTOCOL: "http" }).host;
    expect(host).toMatchObject({ api: "http://git.example:8443/api/v3", enterpriseOrigin: "http://git.example:8443" });
  });
});

const wrong: [string, Record<string, string | undefined>, string][] = [
  ["no App", { APP_ID: "" }, "APP_ID"],
  ["an App that is no number", { APP_ID: "countersign" }, "APP_ID"],
  ["no key", { PRIVATE_KEY: undefined }, "PRIVATE_KEY"],
  ["a key that is none", { PRIVATE_KEY: "abc" }, "PRIVATE_KEY"],
  ["a file that is not there", { PRIVATE_KEY: "", PRIVATE_KEY_PATH: "nowhere.pem" }, "PRIVATE_KEY_PATH"],
  ["no secret, which Probot would take for a known one", { WEBHOOK_SECRET: "" }, "WEBHOOK_SECRET"],
  ["the secret that everybody knows", { WEBHOOK_SECRET: "development" }, "WEBHOOK_SECRET"],
  ["it as the secret before", { WEBHOOK_SECRET_PREVIOUS: "development" }, "WEBHOOK_SECRET_PREVIOUS"],
  ["no chain", { COUNTERSIGN_CHAINS: undefined }, "COUNTERSIGN_CHAINS"],
  ["an empty list of chains", { COUNTERSIGN_CHAINS: "[]" }, "COUNTERSIGN_CHAINS"],
  ["chains that are no JSON", { COUNTERSIGN_CHAINS: "1=https://rpc.example" }, "COUNTERSIGN_CHAINS"],
  ["one chain twice", { COUNTERSIGN_CHAINS: JSON.stringify([chain, chain]) }, "COUNTERSIGN_CHAINS"],
  ["a misspelt key", { COUNTERSIGN_CHAINS: JSON.stringify([{ ...chain, confirmation: 2 }]) }, "COUNTERSIGN_CHAINS"],
  ["no cap", { COUNTERSIGN_CHAINS: JSON.stringify([{ ...chain, maxFeePerGas: 0 }]) }, "COUNTERSIGN_CHAINS"],
  ["no pause between looks", { COUNTERSIGN_CHAINS: JSON.stringify([{ ...chain, interval: 0 }]) }, "COUNTERSIGN_CHAINS"],
  ["one key of two", { COUNTERSIGN_RELAYER_KEY: `${key},0x12` }, "COUNTERSIGN_RELAYER_KEY"],
  ["half a key", { COUNTERSIGN_RELAYER_KEY: "0x1234" }, "COUNTERSIGN_RELAYER_KEY"],
  [
    "passwords for three of two keystores",
    {
      COUNTERSIGN_RELAYER_KEY: "",
      COUNTERSIGN_RELAYER_KEYSTORE: "a.json,b.json",
      COUNTERSIGN_RELAYER_PASSWORD_FILE: "a,b,c",
    },
    "COUNTERSIGN_RELAYER_PASSWORD_FILE",
  ],
  [
    "a keystore without its password",
    { COUNTERSIGN_RELAYER_KEY: "", COUNTERSIGN_RELAYER_KEYSTORE: "key.json" },
    "COUNTERSIGN_RELAYER_PASSWORD_FILE",
  ],
  ["another protocol", { GHE_HOST: "git.example", GHE_PROTOCOL: "ftp" }, "GHE_PROTOCOL"],
  ["a host with a path", { GHE_HOST: "git.example/github" }, "GHE_HOST"],
  ["an address that is none", { COUNTERSIGN_URL: "countersign.example.com" }, "COUNTERSIGN_URL"],
  ["a port beyond all ports", { PORT: "70000" }, "PORT"],
  ["another database", { DATABASE_URL: "mysql://localhost/a" }, "DATABASE_URL"],
  ["an unknown level", { LOG_LEVEL: "loud" }, "LOG_LEVEL"],
];

describe("a setting that is missing or wrong", () => {
  it.each(wrong)("is named: %s", (_, change, name) => {
    const { subjects, words } = problemsOf(change);
    expect(subjects).toEqual([name]);
    expect(words).toMatch(new RegExp(`^${name}: expected |^${name}: `));
  });

  it("is told together with all others", () => {
    const nothing = Object.fromEntries(Object.keys(base).map((name) => [name, ""]));
    const expected = ["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "COUNTERSIGN_CHAINS"];
    expect(problemsOf(nothing).subjects).toEqual(expected);
  });

  it("is told without what may be secret", () => {
    const twice = JSON.stringify([chain, chain]);
    const { words } = problemsOf({
      COUNTERSIGN_CHAINS: twice,
      COUNTERSIGN_RELAYER_KEY: `${key}00`,
      PRIVATE_KEY: "abcdef",
    });
    expect(words).not.toMatch(/secret|2222|abcdef/);
  });
});
