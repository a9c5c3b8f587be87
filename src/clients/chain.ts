import { FetchRequest, isError, JsonRpcProvider } from "ethers";
import { CountersignError, failure } from "../errors.ts";
import { isRevert, toPrintable, toRevertMessage } from "./revert.ts";

export interface ChainSettings {
  readonly chainId: number;
  /** http or https. May hold a key, so it is never part of a message. */
  readonly rpc: string;
  /** How deep a transaction lies before it counts; 1: it is in the newest block. */
  readonly confirmations: number;
  /** Milliseconds that one request may take. */
  readonly timeout?: number;
  /** Milliseconds between two looks at something awaited. */
  readonly pollingInterval?: number;
}

/** One EVM chain through one RPC. Every question goes through `ask`, so that every failure has a code of ours. */
export interface Chain {
  readonly chainId: number;
  readonly confirmations: number;
  readonly pollingInterval: number;
  /**
   * @throws CHAIN_WRONG_ID where the RPC answers for another chain: before the first question and on `assertId`
   * @throws CHAIN_REVERTED with the contract's error in words
   * @throws CHAIN_REFUSED where the RPC answers with an error of its own
   * @throws CHAIN_UNREACHABLE where it gives no answer, or one that makes no sense
   */
  ask<T>(question: (provider: JsonRpcProvider) => Promise<T>): Promise<T>;
  /** Asks the RPC for its chain id now: before anything is signed (a balanced RPC can change sides). */
  assertId(): Promise<void>;
  destroy(): void;
}

/**
 * Opens nothing yet: the first question asks for the chain id, so that an App starts while its RPC is down. Doors that
 * want to know at once call `assertId`. Holds no timer and no listener.
 */
export function openChain(settings: ChainSettings): Chain {
  const { chainId, confirmations, pollingInterval = 1_000 } = settings;
  const provider = openProvider(settings);
  const translated = <T>(question: Promise<T>) => question.catch((error) => translate(error, chainId));

  async function assertId(): Promise<void> {
    const found: unknown = await translated(provider.send("eth_chainId", []));
    if (typeof found === "string" && /^0x[0-9a-f]{1,16}$/i.test(found) && BigInt(found) === BigInt(chainId)) return;
    const words = typeof found === "string" && Number.isSafeInteger(Number(found)) ? Number(found) : "no chain id";
    throw failure("CHAIN_WRONG_ID", `expected the RPC of chain ${chainId} to answer for it, found ${words}`);
  }

  let known: Promise<void> | undefined;
  async function knowId(): Promise<void> {
    known ??= assertId();
    await known.catch((error) => {
      known = undefined;
      throw error;
    });
  }

  return {
    chainId,
    confirmations,
    pollingInterval,
    async ask(question) {
      await knowId();
      return translated(question(provider));
    },
    assertId,
    destroy: () => provider.destroy(),
  };
}

/**
 * The id that an RPC answers with, where nobody said what to expect.
 *
 * @throws CHAIN_REFUSED, CHAIN_UNREACHABLE
 */
export async function readChainId(rpc: string): Promise<number> {
  const provider = openProvider({ chainId: 1, rpc, confirmations: 1 });
  try {
    const found = Number(await provider.send("eth_chainId", []).catch((error) => translate(error)));
    if (Number.isSafeInteger(found) && found > 0) return found;
    throw failure("CHAIN_UNREACHABLE", "expected the RPC to answer with a chain id, found something else");
  } finally {
    provider.destroy();
  }
}

/** `staticNetwork` never asks for the chain id (threats.md 99), so nobody gets at this provider before `knowId`. */
function openProvider({ chainId, rpc, timeout = 20_000 }: ChainSettings): JsonRpcProvider {
  const request = new FetchRequest(rpc);
  request.timeout = timeout;
  // No batches: many hosted RPCs refuse them. No cache: a nonce a quarter of a second old is a wrong nonce.
  return new JsonRpcProvider(request, chainId, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 });
}

/** The cause is left out on purpose: ethers puts the RPC's address into it, and so a key into the logs. */
function translate(error: unknown, chainId?: number): never {
  const rpc = chainId === undefined ? "the RPC" : `the RPC of chain ${chainId}`;
  if (error instanceof CountersignError) throw error;
  if (isError(error, "CALL_EXCEPTION") && isRevert(error)) throw failure("CHAIN_REVERTED", toRevertMessage(error.data));
  const answer = findRpcError(error);
  if (answer) throw failure("CHAIN_REFUSED", `${rpc} refused: ${toPrintable(answer)}`);
  throw failure("CHAIN_UNREACHABLE", `${rpc} gave no usable answer (${findCode(error)})`);
}

/** The message of a JSON-RPC error object: ethers keeps it under `error`, or under `info.error` where it knows a name. */
function findRpcError(error: unknown): string | undefined {
  const { error: direct, info } = Object(error) as { error?: unknown; info?: { error?: unknown } };
  const { message } = Object(direct ?? info?.error) as { message?: unknown };
  return typeof message === "string" ? message : undefined;
}

function findCode(error: unknown): string {
  const { code, name, info } = Object(error) as { code?: unknown; name?: unknown; info?: { responseStatus?: unknown } };
  if (typeof info?.responseStatus === "string") return toPrintable(info.responseStatus);
  return typeof code === "string" ? code : String(name);
}
