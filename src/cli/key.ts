import { readFileSync } from "node:fs";
import { password as askPassword } from "@inquirer/prompts";
import { Wallet } from "ethers";
import { failure } from "../errors.ts";
import { isHex } from "../protocol/hex.ts";
import type { KeyOptions } from "./options.ts";
import type { Session } from "./session.ts";

type Asking = Pick<Session, "environment" | "progress" | "isInteractive">;

/**
 * The key of `--keystore`, or of COUNTERSIGN_KEY, or none.
 *
 * @throws SETTING_INVALID without a word of the key or the password
 */
export async function readWallet(options: KeyOptions, session: Asking): Promise<Wallet | undefined> {
  if (options.keystore !== undefined) return openKeystore(options.keystore, options, session);
  if (options.passwordFile !== undefined) throw failure("USAGE", "--password-file: expected together with --keystore");
  const { COUNTERSIGN_KEY: key } = session.environment;
  if (!key) return undefined;
  const wallet = isHex(key, 32) ? toWallet(key) : undefined;
  return wallet ?? fail("COUNTERSIGN_KEY: expected a private key as 0x and 64 hex digits");
}

/** As {@link readWallet}, where nothing can be done without a key. */
export async function requireWallet(options: KeyOptions, session: Asking): Promise<Wallet> {
  return (await readWallet(options, session)) ?? fail("expected --keystore or COUNTERSIGN_KEY, found neither");
}

async function openKeystore(file: string, options: KeyOptions, session: Asking): Promise<Wallet> {
  const json = readText(file) ?? fail("--keystore: expected a file that can be read");
  const password = await readPassword(options, session);
  return session.progress.during("Opening the keystore", async () => {
    try {
      const { privateKey } = await Wallet.fromEncryptedJson(json, password);
      return new Wallet(privateKey);
    } catch {
      return fail("--keystore: expected an encrypted key and its password, found that they do not fit");
    }
  });
}

async function readPassword({ passwordFile }: KeyOptions, { isInteractive }: Asking): Promise<string> {
  if (passwordFile !== undefined) {
    const text = readText(passwordFile) ?? fail("--password-file: expected a file that can be read");
    return text.replace(/\r?\n$/, "");
  }
  if (!isInteractive) return fail("--password-file: expected one, since there is no terminal to ask at");
  return askPassword({ message: "Password of the keystore" }, { output: process.stderr });
}

function toWallet(key: string): Wallet | undefined {
  try {
    return new Wallet(key);
  } catch {
    return undefined; // zero, or not below the curve's order
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function fail(message: string): never {
  throw failure("SETTING_INVALID", message);
}
