import type { Command } from "commander";

export interface ChainOptions {
  readonly rpc?: string;
  readonly registry?: string;
  readonly chain?: string;
}

export interface KeyOptions {
  readonly keystore?: string;
  readonly passwordFile?: string;
}

/** The one chain that a command is about, and the registry on it. */
export function addChainOptions(command: Command): Command {
  return addRegistryOptions(command).option("--chain <id>", "which of several chains");
}

/** The chains that may be read, and the registry on each. */
export function addRegistryOptions(command: Command): Command {
  return command
    .option("--rpc <url>", "JSON-RPC address of the chain; without it the chains of COUNTERSIGN_CHAINS")
    .option("--registry <address>", "address of the registry on the chain of --rpc");
}

/** The key is never taken from the command line, where the shell's history and other users would see it. */
export function addKeyOptions(command: Command): Command {
  return command
    .option("--keystore <file>", "encrypted key (Web3 Secret Storage); without it the key in COUNTERSIGN_KEY")
    .option("--password-file <file>", "file with the keystore's password; without it you are asked");
}

/** `--json` for every command, and an example of its use. */
export function finish(command: Command, examples: readonly string[]): Command {
  return command
    .option("--json", "print one JSON object on stdout, also for an error")
    .addHelpText("after", ["", "Examples:", ...examples.map((line) => `  $ ${line}`)].join("\n"));
}
