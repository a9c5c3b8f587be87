import { CountersignError, failure } from "../errors.ts";
import { type Address, isAddress, toAddress } from "../protocol/hex.ts";
import { type ChainSetting, type Environment, type HostSetting, type Read, readChains, readHost } from "../settings.ts";
import type { ChainOptions } from "./options.ts";

/** A chain as the flags or the environment name it. Without `chainId`: to be asked of the node. */
export interface ChainChoice extends Pick<ChainSetting, "rpc" | "confirmations"> {
  readonly chainId: number | undefined;
  readonly registry: Address | undefined;
}

export interface GithubSetting {
  readonly host: HostSetting;
  /** Sent to this host only: its API and its git. */
  readonly token: string | undefined;
}

/**
 * The chains of `--rpc` and `--registry`, or of COUNTERSIGN_CHAINS, without those that `--chain` leaves out.
 *
 * @throws SETTING_INVALID, USAGE
 */
export function readChainChoices(options: ChainOptions, environment: Environment): readonly ChainChoice[] {
  const wanted = options.chain === undefined ? undefined : parseChainId(options.chain);
  const choices = options.rpc === undefined ? toKnown(options, environment) : [toNamed(options, options.rpc, wanted)];
  const chosen = choices.filter(({ chainId }) => wanted === undefined || chainId === wanted);
  if (chosen.length > 0) return chosen;
  const known = choices.map(({ chainId }) => chainId).join(", ");
  throw failure("USAGE", `--chain: expected one of ${known}, found ${wanted}`);
}

/** Exactly one chain. @throws USAGE where there are several and `--chain` names none */
export function readChainChoice(options: ChainOptions, environment: Environment): ChainChoice {
  const [only, ...others] = readChainChoices(options, environment);
  if (only && others.length === 0) return only;
  const known = [only, ...others].map((choice) => choice?.chainId).join(", ");
  throw failure("USAGE", `expected --chain with one of ${known}, found none`);
}

/** GHE_HOST, GHE_PROTOCOL and GITHUB_TOKEN. @throws SETTING_INVALID */
export function readGithub(environment: Environment): GithubSetting {
  return { host: unwrap(readHost(environment)), token: readToken(environment) };
}

export function readToken({ GITHUB_TOKEN: token }: Environment): string | undefined {
  return token || undefined;
}

function toNamed({ registry }: ChainOptions, rpc: string, chainId: number | undefined): ChainChoice {
  if (!/^https?:$/.test(URL.parse(rpc)?.protocol ?? ""))
    throw failure("USAGE", "--rpc: expected an http or https address");
  if (registry !== undefined && !isAddress(registry))
    throw failure("USAGE", `--registry: expected an address (0x…), found ${JSON.stringify(registry)}`);
  return { chainId, rpc, registry: registry === undefined ? undefined : toAddress(registry), confirmations: 1 };
}

function toKnown({ registry }: ChainOptions, environment: Environment): readonly ChainChoice[] {
  if (registry !== undefined) throw failure("USAGE", "--registry: expected together with --rpc");
  if (!environment.COUNTERSIGN_CHAINS)
    throw failure(
      "SETTING_INVALID",
      "expected --rpc (and --registry, where there is one), or COUNTERSIGN_CHAINS, found neither",
    );
  return unwrap(readChains(environment));
}

/** @throws USAGE */
export function parseChainId(text: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw failure("USAGE", `--chain: expected a chain id, found ${JSON.stringify(text)}`);
}

/** @throws SETTING_INVALID */
export function unwrap<T>(read: Read<T>): T {
  if ("problems" in read) throw new CountersignError(read.problems);
  return read.value;
}
