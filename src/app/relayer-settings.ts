import { readFileSync } from "node:fs";
import { N, Wallet } from "ethers";
import { failure } from "../errors.ts";
import { isHex } from "../protocol/hex.ts";
import { type Environment, type Read, wrong } from "../settings.ts";

/** Where a relayer's key comes from. It pays for transactions and has no authority. */
export type RelayerSetting =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "keystore"; readonly json: string; readonly password: string };

/**
 * Reads `COUNTERSIGN_RELAYER_KEY`, or `COUNTERSIGN_RELAYER_KEYSTORE` and `COUNTERSIGN_RELAYER_PASSWORD_FILE`, with commas
 * between several. None at all: the App sends nothing, and shows what is to be sent.
 */
export function readRelayers(environment: Environment): Read<readonly RelayerSetting[]> {
  const keys = toList(environment.COUNTERSIGN_RELAYER_KEY);
  if (keys.length > 0) return readKeys(keys);
  const keystores = toList(environment.COUNTERSIGN_RELAYER_KEYSTORE);
  const passwords = toList(environment.COUNTERSIGN_RELAYER_PASSWORD_FILE);
  return keystores.length > 0 ? readKeystores(keystores, passwords) : { value: [] };
}

/**
 * The wallets, each once, in the order of the settings.
 *
 * @throws SETTING_INVALID where a keystore does not open
 */
export async function openWallets(settings: readonly RelayerSetting[]): Promise<readonly Wallet[]> {
  const wallets = await Promise.all(settings.map(openWallet));
  return [...new Map(wallets.map((wallet) => [wallet.address, wallet])).values()];
}

async function openWallet(setting: RelayerSetting): Promise<Wallet> {
  if (setting.kind === "key") return new Wallet(setting.key);
  try {
    const wallet = await Wallet.fromEncryptedJson(setting.json, setting.password);
    return new Wallet(wallet.privateKey);
  } catch {
    // What ethers says may hold the password.
    throw failure(
      "SETTING_INVALID",
      "COUNTERSIGN_RELAYER_KEYSTORE: expected an encrypted keystore, and its password in COUNTERSIGN_RELAYER_PASSWORD_FILE",
    );
  }
}

function readKeys(keys: readonly string[]): Read<readonly RelayerSetting[]> {
  return keys.every(isPrivateKey)
    ? { value: keys.map((key) => ({ kind: "key", key })) }
    : wrong("COUNTERSIGN_RELAYER_KEY", "expected private keys: 0x and 64 hex digits, below the curve's order");
}

function readKeystores(keystores: readonly string[], passwords: readonly string[]): Read<readonly RelayerSetting[]> {
  if (passwords.length !== 1 && passwords.length !== keystores.length)
    return wrong(
      "COUNTERSIGN_RELAYER_PASSWORD_FILE",
      `expected one file with the password of every keystore, or one for each, found ${passwords.length}`,
    );
  try {
    return { value: keystores.map((path, at) => readKeystore(path, passwords[at] ?? String(passwords[0]))) };
  } catch {
    return wrong("COUNTERSIGN_RELAYER_KEYSTORE", "expected keystores and password files that can be read");
  }
}

function readKeystore(path: string, passwordFile: string): RelayerSetting {
  const password = readFileSync(passwordFile, "utf8").replace(/\r?\n$/, "");
  return { kind: "keystore", json: readFileSync(path, "utf8"), password };
}

function isPrivateKey(text: string): boolean {
  return isHex(text, 32) && BigInt(text) > 0n && BigInt(text) < N;
}

function toList(text = ""): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
