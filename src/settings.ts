import { z } from "zod";
import { CountersignError, failure, type Problem } from "./errors.ts";
import { type Address, isAddress, toAddress } from "./protocol/hex.ts";
import type { TreeLimits } from "./protocol/tree-listing.ts";

/** The environment as a door received it. Nothing below a door reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One chain that this Countersign knows. */
export interface ChainSetting {
  readonly chainId: number;
  /** May hold a key: never printed. */
  readonly rpc: string;
  readonly registry: Address;
  /** How deep a transaction lies before it counts; 1: it is in the newest block. */
  readonly confirmations: number;
  /** Wei: the most that a unit of gas may cost the relayer. */
  readonly maxFeePerGas: bigint;
  /** Seconds between two looks at the registry's events. */
  readonly interval: number;
  /** Where people look transactions up: `https://etherscan.io`. */
  readonly explorer?: string;
}

/** The GitHub host: github.com, or the one of `GHE_HOST` and `GHE_PROTOCOL`. */
export interface HostSetting {
  /** `https://github.com`: links and git. */
  readonly origin: string;
  /** The REST API's base. */
  readonly api: string;
  /** Set where the operator named the host: it alone may be http or have a private address (protocol §1). */
  readonly enterpriseOrigin?: string;
}

/** What one directory, and the way to it, may take. Everything above is refused with the limit's name. */
export interface Limits extends TreeLimits {
  /** Of one fetch, and of the packs that are held without native git. */
  readonly packBytes: number;
}

/** A setting that is read, or all that is wrong with it: so that all problems are told at once. */
export type Read<T> = { readonly value: T } | Wrong;

interface Wrong {
  readonly problems: readonly [Problem, ...Problem[]];
}

const chain = z.strictObject({
  chainId: z.int().positive(),
  rpc: z.url({ protocol: /^https?$/ }),
  registry: z.custom<string>(isAddress, "expected an address (0x…)").transform((value) => toAddress(value)),
  confirmations: z.int().min(1).max(1000).default(1),
  maxFeePerGas: z
    .number()
    .positive()
    .max(1_000_000)
    .default(500)
    .transform((gwei) => BigInt(Math.round(gwei * 1e9))),
  interval: z.int().min(1).max(3600).default(15),
  explorer: z.url({ protocol: /^https?$/ }).optional(),
});

/** Reads `COUNTERSIGN_CHAINS`: `[{"chainId":1,"rpc":"https://…","registry":"0x…","confirmations":2}]`. */
export function readChains(environment: Environment): Read<readonly ChainSetting[]> {
  const text = environment.COUNTERSIGN_CHAINS;
  if (!text) return wrong("COUNTERSIGN_CHAINS", "expected a JSON list of chains, found nothing");
  const json = parseJson(text);
  if (json === undefined)
    return wrong("COUNTERSIGN_CHAINS", "expected a JSON list of chains, found text that is not JSON");
  const parsed = z.array(chain).min(1).safeParse(json);
  if (!parsed.success) {
    const words = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the list"}: ${issue.message}`);
    return wrong("COUNTERSIGN_CHAINS", words.join("; "));
  }
  const ids = parsed.data.map(({ chainId }) => chainId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) return wrong("COUNTERSIGN_CHAINS", `expected each chain once, found ${twice} twice`);
  return { value: parsed.data as ChainSetting[] };
}

/** Reads `GHE_HOST` and `GHE_PROTOCOL`, which mean the same in App, CLI and validator (protocol §1). */
export function readHost(environment: Environment): Read<HostSetting> {
  const { GHE_HOST: host, GHE_PROTOCOL: protocol = "https" } = environment;
  if (!host) return { value: { origin: "https://github.com", api: "https://api.github.com" } };
  const isWeb = protocol === "https" || protocol === "http";
  const origin = `${isWeb ? protocol : "https"}://${host}`;
  const isHost = URL.parse(origin)?.origin === origin;
  const [first, ...rest] = [
    ...(isWeb ? [] : [toProblem("GHE_PROTOCOL", `expected https or http, found ${JSON.stringify(protocol)}`)]),
    ...(isHost ? [] : [toProblem("GHE_HOST", "expected a host name, with a port where needed")]),
  ];
  if (first) return { problems: [first, ...rest] };
  return { value: { origin, api: `${origin}/api/v3`, enterpriseOrigin: origin } };
}

/** Reads `COUNTERSIGN_LIMITS`: `files=200000,bytes=4294967296`. */
export function readLimits({ COUNTERSIGN_LIMITS: text = "" }: Environment): Read<Partial<Limits>> {
  const { limits, problems } = parseLimits(text);
  return problems.length > 0 ? wrong("COUNTERSIGN_LIMITS", problems.join("; ")) : { value: limits };
}

/** As people write them. */
export const limitNames: Readonly<Record<string, keyof Limits>> = {
  files: "files",
  bytes: "bytes",
  depth: "depth",
  "path-bytes": "pathBytes",
  "list-bytes": "listBytes",
  submodules: "submodules",
  "pack-bytes": "packBytes",
};

/** Reads `NAME=NUMBER`, with commas between several; the others keep their defaults. Answers what is wrong, all of it. */
export function parseLimits(text: string): { readonly limits: Partial<Limits>; readonly problems: readonly string[] } {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  const read = parts.map((part) => {
    const [, name = "", number] = /^\s*([a-z-]+)=(\d{1,15})\s*$/.exec(part) ?? [];
    const key = Object.hasOwn(limitNames, name) ? limitNames[name] : undefined;
    if (key !== undefined && number !== undefined) return { limit: { [key]: Number(number) } };
    const expected = Object.keys(limitNames).join(", ");
    return { problem: `expected NAME=NUMBER with a name of ${expected}, found ${JSON.stringify(part.trim())}` };
  });
  return {
    limits: Object.assign({}, ...read.map(({ limit }) => limit)),
    problems: read.flatMap(({ problem }) => problem ?? []),
  };
}

/** Reads `COUNTERSIGN_GIT`: `native` uses git where it is on the path, `builtin` never. */
export function readGitChoice({ COUNTERSIGN_GIT: choice = "native" }: Environment): Read<"native" | "builtin"> {
  if (choice === "native" || choice === "builtin") return { value: choice };
  return wrong("COUNTERSIGN_GIT", `expected native or builtin, found ${JSON.stringify(choice)}`);
}

export function wrong(name: string, words: string): Wrong {
  return { problems: [toProblem(name, words)] };
}

function toProblem(name: string, words: string): Problem {
  return { code: "SETTING_INVALID", message: `${name}: ${words}`, subject: name };
}

/**
 * All settings together, or all problems together.
 *
 * @throws SETTING_INVALID with one sentence for each setting
 */
export function collect<T extends Record<string, unknown>>(reads: { readonly [K in keyof T]: Read<T[K]> }): T {
  const entries = Object.entries(reads) as [keyof T & string, Read<T[keyof T]>][];
  const [first, ...rest] = entries.flatMap(([, read]) => ("problems" in read ? read.problems : []));
  if (first) throw new CountersignError([first, ...rest]);
  return Object.fromEntries(entries.map(([name, read]) => [name, toValue(read)])) as T;
}

function toValue<T>(read: Read<T>): T {
  if ("problems" in read) throw failure("INTERNAL", read.problems[0].message);
  return read.value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
